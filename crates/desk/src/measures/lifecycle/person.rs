//! Whose eyes they are: four eyes need two people, whatever door they came through.

/// The name of the person behind an actor, or nothing if it is the program or a token: a token has no eyes.
pub(super) fn eyes(actor: &str) -> Option<String> {
    let name = actor.strip_prefix("user:").or_else(|| actor.strip_prefix("cli:"))?;
    (!name.trim().is_empty()).then(|| name.trim().to_lowercase())
}

/// Whether `actor` is a person or acts for one, and not a rule or job of the program.
pub(super) fn is_person(actor: &str) -> bool {
    ["user:", "cli:", "api:"].iter().any(|door| actor.starts_with(door))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_at_two_doors_is_one_person_and_a_token_is_none() {
        assert_eq!(eyes("user:Hanako"), eyes("cli:hanako"));
        assert_ne!(eyes("user:hanako"), eyes("user:taro"));
        assert_eq!((eyes("api:hanako"), eyes("rule:x"), eyes("user: ")), (None, None, None));
        assert!(is_person("api:panel") && !is_person("job:measures"));
    }
}
