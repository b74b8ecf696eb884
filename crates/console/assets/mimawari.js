// Keys, row focus, preview and toasts. Everything here only presses what is on the page; without it every link and form works.
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const OFF = "mimawari-keys-off";

  // ---- Keys -------------------------------------------------------------------------------------------------------------

  const isField = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable ||
      element.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])"));

  /** The character of a key event; with an input method switched on only the place on the keyboard is known. */
  const character = (event) => {
    if (event.key !== "Process") return event.key.normalize("NFKC");
    const letter = /^Key([A-Z])$/.exec(event.code);
    if (letter) return event.shiftKey ? letter[1] : letter[1].toLowerCase();
    const digit = /^Digit([0-9])$/.exec(event.code);
    if (digit && !event.shiftKey) return digit[1];
    return { Slash: event.shiftKey ? "?" : "/", BracketLeft: "[", BracketRight: "]", Comma: "," }[event.code] ?? "";
  };

  let first = "";
  let firstTimer = 0;

  const remember = (key) => {
    first = key;
    clearTimeout(firstTimer);
    firstTimer = setTimeout(() => { first = ""; }, 1500);
  };

  const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true });
  const target = (key) => all("[data-key]").find((element) => element.dataset.key === key && shown(element));
  const isPrefix = (key) => all("[data-key]").some((element) => element.dataset.key.startsWith(`${key} `));

  /** Presses an element: fields get the focus, folds open, everything else is clicked. */
  const press = (element) => {
    if (isField(element)) {
      element.focus();
      element.select?.();
    } else if (element.matches("summary")) {
      toggle(element.parentElement);
    } else {
      const form = element.closest("form#bulk");
      if (form) pickFocused(form);
      element.click();
    }
  };

  const toggle = (fold) => {
    const opens = !fold.open;
    all(".pop-under[open], .me[open]").forEach((other) => { if (!other.contains(fold)) other.open = false; });
    fold.open = opens;
    if (!opens) return;
    const form = fold.closest("form#bulk");
    if (form) pickFocused(form);
    one(".pop :is(input:not([type=hidden]), select, textarea, a, button)", fold)?.focus();
  };

  const escape = (event) => {
    const fold = event.target.closest?.(".pop-under[open], .me[open]") ?? one(".pop-under[open], .me[open]");
    if (fold) {
      fold.open = false;
      one("summary", fold).focus();
    } else if (isField(event.target)) {
      event.target.blur();
    } else if (one("#preview > *") && !one(".with-preview.triage")) {
      one("#preview").replaceChildren();
    } else {
      return;
    }
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 && isField(event.target)) return;
    if (event.key === "Escape") return one("dialog[open]") ? undefined : escape(event);
    if (event.ctrlKey && event.key === "Enter" && !event.repeat) {
      const send = target("Control+Enter");
      if (send) {
        event.preventDefault();
        send.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || one("dialog[open]")) return;
    if (localStorage.getItem(OFF)) return;
    const key = character(event);
    const whole = first ? `${first} ${key}` : key;
    const wanted = target(whole);
    if (wanted) {
      first = "";
      event.preventDefault();
      press(wanted);
    } else if (!first && isPrefix(key)) {
      remember(key);
    } else {
      first = "";
      if (moves(key, event)) event.preventDefault();
    }
  });

  // ---- Rows -------------------------------------------------------------------------------------------------------------

  const rows = () => all("[data-rows] tbody tr[data-row]");
  const link = (row) => one("a[href]", row);
  const current = () => document.activeElement?.closest?.("tr[data-row]") ?? one("tr[data-row].at-key") ?? null;

  const focusRow = (row) => {
    if (!row) return;
    all("tr.at-key").forEach((other) => other.classList.remove("at-key"));
    row.classList.add("at-key");
    link(row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (row.closest("[data-follow]")) follow(row);
    else if (one("#preview > *")) preview(row);
  };

  const step = (by) => {
    const list = rows();
    const at = list.indexOf(current());
    const next = at < 0 ? one("tr.shown") ?? list[0] : list[Math.min(Math.max(at + by, 0), list.length - 1)];
    const moved = at < 0 && next?.classList.contains("shown") ? list[Math.max(list.indexOf(next) + by, 0)] ?? next : next;
    focusRow(moved);
  };

  const pick = (row, on) => {
    const box = row && one(".pick input", row);
    if (!box) return;
    box.checked = on ?? !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /** An action on no selection means the row that has the focus. */
  const pickFocused = (form) => {
    if (!one(".pick input[name=case]:checked", form)) pick(current() ?? rows()[0], true);
  };

  const moves = (key, event) => {
    if (!rows().length || event.target.matches?.("button, summary, input")) return false;
    switch (key) {
      case "j": step(1); return true;
      case "k": step(-1); return true;
      case "J": pick(current() ?? rows()[0], true); step(1); pick(current(), true); return true;
      case "K": pick(current() ?? rows()[0], true); step(-1); pick(current(), true); return true;
      case "x": pick(current()); return true;
      case "o": open(current()); return true;
      case "Enter": {
        const row = document.activeElement?.closest?.("tr[data-row]");
        if (!row || document.activeElement !== link(row) || !one("#preview") || one(".with-preview.triage")) return false;
        if (one("#preview > *") && row.classList.contains("shown")) one("#preview").replaceChildren();
        else preview(row);
        return true;
      }
      default: return false;
    }
  };

  const open = (row) => {
    const to = row && link(row);
    if (to) location.href = to.dataset.open ?? to.href;
  };

  const mark = (row) => {
    all("tr.shown").forEach((other) => other.classList.remove("shown"));
    row.classList.add("shown");
  };

  let previewTimer = 0;

  const preview = (row) => {
    if (!one("#preview")) return;
    mark(row);
    clearTimeout(previewTimer);
    previewTimer = setTimeout(() => {
      htmx.ajax("GET", `/cases/${row.dataset.row}/preview`, { target: "#preview", swap: "outerHTML" });
    }, 60);
  };

  /** Triage: the pane beside the list follows the row, and so does the address. */
  const follow = (row) => {
    const href = link(row)?.href;
    if (!href || row.classList.contains("shown")) return;
    mark(row);
    history.replaceState(null, "", href);
    clearTimeout(previewTimer);
    previewTimer = setTimeout(() => {
      htmx.ajax("GET", href, { target: "#preview", select: "#preview", swap: "outerHTML" });
    }, 60);
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      all(".pick input[name=case]").forEach((box) => { box.checked = event.target.checked; });
    }
    const picked = one(".picked");
    if (picked) {
      const count = all(".pick input[name=case]:checked").length;
      picked.textContent = count ? `${count} ${picked.dataset.picked}` : "";
    }
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-rows] tr[data-row]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (row && plain && event.target.closest("[data-follow]") && event.target === link(row)) {
      event.preventDefault();
      focusRow(row);
    }
    // A fold above the page closes when one clicks elsewhere.
    all(".pop-under[open], .me[open]").forEach((fold) => { if (!fold.contains(event.target)) fold.open = false; });
  });

  document.addEventListener("dblclick", (event) => {
    const row = event.target.closest("[data-rows] tr[data-row]");
    if (row && !event.target.closest("a, input, button")) open(row);
  });

  // ---- Key sheet, toast, forms ------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const help = event.target.closest("a.help");
    const sheet = one("#keys");
    if (help && sheet && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      sheet.showModal();
    }
    const shut = event.target.closest("#toast .shut");
    if (shut) {
      event.preventDefault();
      one("#toast").replaceChildren();
    }
  });

  const off = one("#keys-off");
  if (off) {
    off.checked = Boolean(localStorage.getItem(OFF));
    off.addEventListener("change", () => (off.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF)));
  }

  // A toast belongs to the moment: its words leave the address at once, the toast itself after ten seconds.
  const toast = one("#toast .toast");
  if (toast) {
    history.replaceState(null, "", one(".shut", toast).href);
    setTimeout(() => { if (!toast.matches(":hover, :focus-within")) toast.remove(); }, 10_000);
  }

  // What was sent is not sent twice by an impatient finger.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });

  // ---- Time and clicks that a case takes --------------------------------------------------------------------------------

  // Counted while the page is in front; a minute without a key, click or scroll is a minute elsewhere.
  const work = one("[data-work]");
  if (work) {
    const AWAY = 60_000;
    let [spent, clicks, last] = [0, 0, performance.now()];
    const alive = () => {
      const now = performance.now();
      if (!document.hidden) spent += Math.min(now - last, AWAY);
      last = now;
    };
    const tell = () => {
      if (spent < 1000 && !clicks) return;
      const told = { csrf: work.dataset.csrf, ms: Math.round(spent), clicks };
      if (navigator.sendBeacon(work.dataset.work, new URLSearchParams(told))) [spent, clicks] = [0, 0];
    };
    document.addEventListener("pointerdown", () => { alive(); clicks += 1; });
    document.addEventListener("keydown", (event) => {
      alive();
      if (!event.repeat && !isField(event.target)) clicks += 1;
    });
    document.addEventListener("scroll", alive, { passive: true });
    document.addEventListener("visibilitychange", () => {
      // When it comes back the time it was hidden is not counted; when it goes, what was done so far is told.
      if (document.hidden) {
        spent += Math.min(performance.now() - last, AWAY);
        tell();
      }
      last = performance.now();
    });
    addEventListener("pagehide", () => { alive(); tell(); });
  }
})();
