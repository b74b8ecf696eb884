-- The control database, one text for SQLite and PostgreSQL.
-- Times are BIGINT microseconds UTC, booleans BIGINT 0/1, JSON is TEXT. Identifiers come from the table ids.
-- A statement ends with a semicolon at the end of a line; nothing else in this file does.

CREATE TABLE ids (name TEXT PRIMARY KEY, next BIGINT NOT NULL);

-- What is sold, to whom ------------------------------------------------------------------------------------------------
CREATE TABLE plan (
  id BIGINT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, service TEXT NOT NULL, control TEXT NOT NULL,
  yen_per_month BIGINT, disk_gb BIGINT, mails_per_hour BIGINT
);

CREATE TABLE customer (
  id BIGINT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, mail TEXT, lang TEXT NOT NULL,
  parent_id BIGINT, desk_mail TEXT
);
CREATE INDEX customer_parent ON customer (parent_id);

CREATE TABLE contract (
  id BIGINT PRIMARY KEY, key TEXT NOT NULL UNIQUE, customer_id BIGINT NOT NULL, plan_id BIGINT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT, responsible TEXT
);
CREATE INDEX contract_customer ON contract (customer_id);

-- Who held what from when to when. contract_id is null for the provider's own, shared infrastructure.
CREATE TABLE holding (
  id BIGINT PRIMARY KEY, subject TEXT NOT NULL, contract_id BIGINT, port_lo BIGINT NOT NULL, port_hi BIGINT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT, source TEXT NOT NULL
);
CREATE INDEX holding_subject ON holding (subject, valid_from);
CREATE INDEX holding_contract ON holding (contract_id);

-- Which prefix lengths occur in holding, so that a look-up asks only for those (family 4 or 6).
CREATE TABLE prefix_length (family BIGINT NOT NULL, bits BIGINT NOT NULL, PRIMARY KEY (family, bits));

-- Our own address space.
CREATE TABLE own_prefix (prefix TEXT PRIMARY KEY, asn BIGINT, note TEXT);

-- What a customer keeps ready: person in charge, end date, network map, contacts, backups (A42, D54).
CREATE TABLE readiness (
  contract_id BIGINT NOT NULL, item TEXT NOT NULL, value TEXT NOT NULL, valid_until BIGINT, updated_at BIGINT NOT NULL,
  PRIMARY KEY (contract_id, item)
);

-- One row per import: what was taken and what was refused, and why.
CREATE TABLE import_run (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, source TEXT NOT NULL, inserted BIGINT NOT NULL,
  updated BIGINT NOT NULL, unchanged BIGINT NOT NULL, refused BIGINT NOT NULL, report TEXT NOT NULL
);

-- Reports as they came -------------------------------------------------------------------------------------------------
-- Raw evidence by the SHA-256 of its bytes, zstd-compressed; never changed.
CREATE TABLE raw (hash TEXT PRIMARY KEY, size BIGINT NOT NULL, body BYTEA NOT NULL, stored_at BIGINT NOT NULL);

-- state: waiting, read, noise, reply, set-aside (a person must look), dismissed
CREATE TABLE report (
  id BIGINT PRIMARY KEY, raw_hash TEXT NOT NULL UNIQUE, door TEXT NOT NULL, received_at BIGINT NOT NULL,
  envelope_from TEXT, envelope_to TEXT, state TEXT NOT NULL, format TEXT, reporter_id BIGINT, subject TEXT,
  message_id TEXT, report_key TEXT, lang TEXT, request TEXT, answer_wanted BIGINT NOT NULL DEFAULT 0,
  automatic BIGINT NOT NULL DEFAULT 0, reading TEXT, error_code TEXT, error TEXT, read_at BIGINT, case_id BIGINT,
  group_name TEXT, category TEXT, grade TEXT, external_ip TEXT, correction_id BIGINT
);
CREATE INDEX report_state ON report (state, received_at);
CREATE INDEX report_received ON report (received_at, state);
-- The tables by month count in these two alone.
CREATE INDEX report_group ON report (group_name, received_at) WHERE state NOT IN ('noise', 'reply');
CREATE INDEX report_category ON report (category, received_at) WHERE state NOT IN ('noise', 'reply');
CREATE INDEX report_message ON report (message_id);
CREATE INDEX report_case ON report (case_id);
CREATE INDEX report_reporter ON report (reporter_id, received_at);

-- What was found of the sender of a report when it came, with the DNS answers; written once.
CREATE TABLE mail_check (report_id BIGINT PRIMARY KEY, at BIGINT NOT NULL, findings TEXT NOT NULL);

-- received_at: of its report. url_key: a hash of the URL; what is counted fits into an index, a URL may not.
CREATE TABLE observation (
  id BIGINT PRIMARY KEY, report_id BIGINT NOT NULL, received_at BIGINT NOT NULL, case_id BIGINT, place TEXT,
  category TEXT NOT NULL, ip TEXT, port BIGINT, url TEXT, url_key TEXT, domain TEXT, account TEXT, at BIGINT, uncertainty_us BIGINT, zone TEXT,
  confidence DOUBLE PRECISION NOT NULL, contract_id BIGINT, attribution TEXT, fingerprint TEXT NOT NULL,
  duplicate BIGINT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX observation_report ON observation (report_id);
CREATE INDEX observation_case ON observation (case_id, at);
CREATE INDEX observation_fingerprint ON observation (fingerprint);
CREATE INDEX observation_ip ON observation (ip, at);
CREATE INDEX observation_site ON observation (category, place, url_key, received_at);

-- What a person made of a report that was read wrongly. machine: what had been read; person: what he says. At most one
-- of a report is in force; report.correction_id names it. fixture: kept as an example by which the readers are measured.
CREATE TABLE correction (
  id BIGINT PRIMARY KEY, report_id BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, machine TEXT NOT NULL,
  person TEXT NOT NULL, fixture BIGINT NOT NULL, ended_at BIGINT, ended_by TEXT
);
CREATE UNIQUE INDEX correction_in_force ON correction (report_id) WHERE ended_at IS NULL;

CREATE TABLE reporter (
  id BIGINT PRIMARY KEY, address TEXT NOT NULL UNIQUE, name TEXT, domain TEXT, kind TEXT NOT NULL,
  trust DOUBLE PRECISION NOT NULL, reports BIGINT NOT NULL, confirmed BIGINT NOT NULL, rejected BIGINT NOT NULL,
  first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, receipt_day TEXT, note TEXT,
  share_identity BIGINT NOT NULL DEFAULT 0
);

-- Cases ----------------------------------------------------------------------------------------------------------------
-- open_key: lane, contract and place of a case that is not closed; unique, so that two nodes never open one case twice.
-- queue_at: where it stands in the queue (deadline; without one far behind; closed ones last, the latest closed first).
-- severity_rank: 0 is the gravest. first_action_us, fix_us: from the opening to the first action and to the end of the
-- abuse. The five follow from the other columns, whoever changes them.
-- Every change of a row adds 1 to its version.
CREATE TABLE cases (
  id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, place TEXT NOT NULL, contract_id BIGINT,
  customer_id BIGINT, split_from BIGINT,
  open_key TEXT GENERATED ALWAYS AS (CASE WHEN state <> 'closed' THEN lane || ' ' ||
    COALESCE(CAST(contract_id AS TEXT), '-') || ' ' || place ||
    COALESCE(' split:' || CAST(split_from AS TEXT), '') END) STORED UNIQUE,
  queue_at BIGINT NOT NULL GENERATED ALWAYS AS (CASE WHEN state = 'closed' THEN 8000000000000000000 -
    COALESCE(closed_at, 0) ELSE COALESCE(deadline_at, 4000000000000000000) END) STORED,
  state TEXT NOT NULL, severity TEXT NOT NULL,
  severity_rank BIGINT NOT NULL GENERATED ALWAYS AS (CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1
    WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END) STORED,
  category TEXT NOT NULL, grade TEXT NOT NULL, cause TEXT NOT NULL,
  cause_confidence DOUBLE PRECISION NOT NULL, cause_reason TEXT, exit TEXT, exit_clause TEXT, exit_note TEXT,
  opened_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, first_event BIGINT, last_event BIGINT, deadline_at BIGINT,
  deadline_kind TEXT, assignee BIGINT, reports BIGINT NOT NULL, reporters BIGINT NOT NULL, observations BIGINT NOT NULL,
  duplicates BIGINT NOT NULL, repeats BIGINT NOT NULL, reopened BIGINT NOT NULL, merged_into BIGINT,
  version BIGINT NOT NULL, rule TEXT, decision TEXT, own_data_read BIGINT NOT NULL, origin TEXT NOT NULL,
  snoozed_until BIGINT, first_action_at BIGINT, closed_at BIGINT, work_ms BIGINT NOT NULL, clicks BIGINT NOT NULL,
  unread BIGINT NOT NULL, answers TEXT, incident TEXT, summary TEXT,
  first_action_us BIGINT GENERATED ALWAYS AS (CASE WHEN first_action_at > opened_at THEN first_action_at - opened_at
    WHEN first_action_at IS NOT NULL THEN 0 END) STORED,
  fix_us BIGINT GENERATED ALWAYS AS (CASE WHEN exit NOT IN ('fixed', 'stopped', 'warned-then-stopped', 'cancelled') THEN NULL
    WHEN exit IS NULL THEN NULL WHEN closed_at > opened_at THEN closed_at - opened_at WHEN closed_at IS NOT NULL THEN 0
    END) STORED
);
-- The queue: late first, then gravest. One index per filter that a page offers, each in the queue's order, so that a page
-- reads as many rows as it shows.
CREATE INDEX cases_open ON cases (queue_at, severity_rank, id) WHERE state <> 'closed';
CREATE INDEX cases_all ON cases (queue_at, severity_rank, id);
CREATE INDEX cases_queue ON cases (state, queue_at, severity_rank, id);
CREATE INDEX cases_assignee ON cases (assignee, queue_at, severity_rank, id);
CREATE INDEX cases_category ON cases (category, queue_at, severity_rank, id);
CREATE INDEX cases_severity ON cases (severity, queue_at, severity_rank, id);
CREATE INDEX cases_lane ON cases (lane, queue_at, severity_rank, id);
CREATE INDEX cases_counts ON cases (state, severity, assignee, unread, queue_at) WHERE state <> 'closed';
CREATE INDEX cases_unread ON cases (queue_at, severity_rank, id) WHERE unread = 1 AND state <> 'closed';
CREATE INDEX cases_place ON cases (place, lane, contract_id);
CREATE INDEX cases_contract ON cases (contract_id, opened_at, merged_into, exit, repeats);
CREATE INDEX cases_customer ON cases (customer_id, opened_at);
CREATE INDEX cases_opened ON cases (opened_at, merged_into, first_action_us, fix_us);
-- The statistics: each index begins with what is grouped or ordered by and holds all that is counted, so that neither a row
-- is read nor anything sorted.
CREATE INDEX cases_by_category ON cases (category, opened_at) WHERE merged_into IS NULL;
CREATE INDEX cases_by_origin ON cases (origin, opened_at) WHERE merged_into IS NULL;
CREATE INDEX cases_by_person ON cases (assignee, state, exit, opened_at, work_ms, clicks) WHERE merged_into IS NULL;
CREATE INDEX cases_by_first_action ON cases (first_action_us, opened_at) WHERE merged_into IS NULL;
CREATE INDEX cases_by_fix ON cases (fix_us, opened_at) WHERE merged_into IS NULL;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;

-- Who told of which case: a roll-up of observations, counted anew where they come or move. opened_at: of the case.
-- place: 0 told alone, 1 the first of several, 2 a later one; so each case has one row with 0 or 1.
CREATE TABLE telling (
  case_id BIGINT NOT NULL, reporter_id BIGINT NOT NULL, opened_at BIGINT NOT NULL, first_at BIGINT NOT NULL,
  seen BIGINT NOT NULL, place BIGINT NOT NULL, PRIMARY KEY (case_id, reporter_id)
);
CREATE INDEX telling_reporter ON telling (reporter_id, opened_at, place, seen, case_id);

-- Beginnings under which a person finds a case: number, place and each part of the place; hex of UTF-8, which every
-- collation sorts alike.
CREATE TABLE case_word (word TEXT NOT NULL, case_id BIGINT NOT NULL, PRIMARY KEY (word, case_id));
CREATE INDEX case_word_case ON case_word (case_id, word);

-- Inbound mails that belong to a case: replies of customers and reporters, bounces of our notices.
CREATE TABLE message (
  id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL, report_id BIGINT NOT NULL, mail_id BIGINT, kind TEXT NOT NULL,
  from_addr TEXT, received_at BIGINT NOT NULL, text TEXT NOT NULL, automatic BIGINT NOT NULL
);
CREATE INDEX message_case ON message (case_id, received_at);

-- Outbox: mails that the desk sent or is to send. dedupe makes a second writing of the same mail impossible.
-- state: draft, queued, sending, uncertain, sent, failed, bounced, cancelled
CREATE TABLE mail (
  id BIGINT PRIMARY KEY, case_id BIGINT, report_id BIGINT, kind TEXT NOT NULL, audience TEXT NOT NULL,
  to_addr TEXT NOT NULL, from_addr TEXT NOT NULL, reply_to TEXT, subject TEXT NOT NULL, body TEXT NOT NULL,
  attachments TEXT, headers TEXT NOT NULL, lang TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE,
  dedupe TEXT NOT NULL UNIQUE, state TEXT NOT NULL, not_before BIGINT NOT NULL, created_at BIGINT NOT NULL,
  sending_at BIGINT, sent_at BIGINT, attempts BIGINT NOT NULL, last_error TEXT, owner TEXT, basis TEXT
);
CREATE INDEX mail_state ON mail (state, not_before);
CREATE INDEX mail_case ON mail (case_id, created_at);
CREATE INDEX mail_to ON mail (to_addr, created_at);

-- Keys that this desk made for itself: the one that signs reply addresses and Message-IDs.
CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL, created_at BIGINT NOT NULL);

-- written_by: who last wrote the justification; approvals count only for the text that was approved.
-- retry_at: before it nobody else takes a measure that is being carried out or undone (a lease), nor tries it again.
-- Every change of a row adds 1 to its version.
CREATE TABLE measure (
  id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL, contract_id BIGINT, kind TEXT NOT NULL, state TEXT NOT NULL,
  connector TEXT NOT NULL, target TEXT NOT NULL, params TEXT NOT NULL, justification TEXT NOT NULL, ends_at BIGINT,
  idem TEXT NOT NULL UNIQUE, dry_run BIGINT NOT NULL, proposed_by TEXT NOT NULL, proposed_at BIGINT NOT NULL,
  written_by TEXT NOT NULL, approved_by TEXT, approved_at BIGINT, second_by TEXT, acted_at BIGINT, verified_at BIGINT,
  ended_at BIGINT, ended_by TEXT, result TEXT, error TEXT, owner TEXT, retry_at BIGINT NOT NULL, attempts BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX measure_case ON measure (case_id);
CREATE INDEX measure_state ON measure (state, ends_at);
CREATE INDEX measure_acted ON measure (acted_at);

-- Paper, telephone and legal instruments (A05): linked to cases, never counted as mail.
CREATE TABLE instrument (
  id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, case_id BIGINT, received_at BIGINT NOT NULL,
  from_body TEXT NOT NULL, reference TEXT NOT NULL, asked TEXT NOT NULL, deadline_at BIGINT, state TEXT NOT NULL,
  answer TEXT, disclosed TEXT NOT NULL, answered_at BIGINT, answered_by TEXT, entered_by TEXT NOT NULL
);
CREATE INDEX instrument_state ON instrument (state, deadline_at);
CREATE INDEX instrument_case ON instrument (case_id);

-- Looks into communications or personal data: purpose and ground, before the look (D39).
CREATE TABLE access_record (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, case_id BIGINT, what TEXT NOT NULL,
  basis TEXT NOT NULL, reference TEXT, purpose TEXT NOT NULL, fields TEXT NOT NULL
);
CREATE INDEX access_case ON access_record (case_id, at);

-- Reports that the desk sends to other operators (D46).
CREATE TABLE outbound (
  id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, case_id BIGINT, at BIGINT NOT NULL, actor TEXT NOT NULL,
  to_addr TEXT NOT NULL, form TEXT NOT NULL, mail_id BIGINT
);

-- Policies ---------------------------------------------------------------------------------------------------------------
-- Playbooks and templates as text, versioned; at most one version of a (kind, name) is active.
CREATE TABLE policy (
  kind TEXT NOT NULL, name TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, active BIGINT NOT NULL,
  created_at BIGINT NOT NULL, created_by TEXT NOT NULL, approved_by TEXT, PRIMARY KEY (kind, name, version)
);

-- Journal: append-only, hash-chained ---------------------------------------------------------------------------------------
CREATE TABLE journal_head (one BIGINT PRIMARY KEY, seq BIGINT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE journal (
  seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, case_id BIGINT,
  detail TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX journal_case ON journal (case_id, seq);
CREATE INDEX journal_kind ON journal (kind, at);

-- Work ---------------------------------------------------------------------------------------------------------------------
-- state: ready, done, dead. A job is claimed by setting lease_owner and lease_until; a lease that ran out may be claimed.
CREATE TABLE job (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, dedupe TEXT UNIQUE, state TEXT NOT NULL,
  run_at BIGINT NOT NULL, attempts BIGINT NOT NULL, lease_owner TEXT, lease_until BIGINT NOT NULL, last_error TEXT,
  created_at BIGINT NOT NULL
);
CREATE INDEX job_ready ON job (state, kind, run_at);

-- Public lists -------------------------------------------------------------------------------------------------------------
-- state: trial (read, opens nothing), rated (opens cases), retired (not asked). A list is claimed by moving due_at.
CREATE TABLE blocklist (
  name TEXT PRIMARY KEY, state TEXT NOT NULL, set_at BIGINT NOT NULL, set_by TEXT NOT NULL, due_at BIGINT NOT NULL,
  checked_at BIGINT, answered_at BIGINT, changed_at BIGINT, etag TEXT, modified TEXT, mirror BIGINT NOT NULL,
  failures BIGINT NOT NULL, entries BIGINT, trouble TEXT
);
CREATE INDEX blocklist_due ON blocklist (due_at) WHERE state <> 'retired';

-- A stay of something of ours in a list. report_id: by which the desk was told. settled: the desk has heard of the end.
CREATE TABLE listing (
  id BIGINT PRIMARY KEY, list TEXT NOT NULL, subject TEXT NOT NULL, first_at BIGINT NOT NULL, gone_at BIGINT,
  detail TEXT NOT NULL, report_id BIGINT, settled BIGINT NOT NULL
);
CREATE UNIQUE INDEX listing_open ON listing (list, subject) WHERE gone_at IS NULL;
CREATE INDEX listing_subject ON listing (subject, first_at);
CREATE INDEX listing_first ON listing (first_at, id);
CREATE INDEX listing_report ON listing (report_id);
CREATE INDEX listing_unsettled ON listing (id) WHERE settled = 0 AND gone_at IS NOT NULL;

-- People -------------------------------------------------------------------------------------------------------------------
CREATE TABLE users (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, display TEXT NOT NULL, password TEXT NOT NULL, role TEXT NOT NULL,
  lang TEXT NOT NULL, disabled BIGINT NOT NULL, failures BIGINT NOT NULL, locked_until BIGINT, created_at BIGINT NOT NULL
);
CREATE TABLE session (
  id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, created_at BIGINT NOT NULL, last_seen BIGINT NOT NULL,
  expires_at BIGINT NOT NULL, agent TEXT NOT NULL, csrf TEXT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE TABLE api_token (
  hash TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT,
  revoked_at BIGINT, created_by TEXT NOT NULL
);
