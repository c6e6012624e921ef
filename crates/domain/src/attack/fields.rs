//! The `name[value]` fields of a line; every value is the attacker's.

/// The values that are told, each as sent.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub user: Option<&'a [u8]>,
    pub number: Option<&'a [u8]>,
    pub agent: Option<&'a [u8]>,
}

#[derive(Clone, Copy)]
enum Name {
    User,
    Number,
    Agent,
}

const NAMES: [(&[u8], Name); 4] = [
    (b"user", Name::User),
    (b"number", Name::Number),
    (b"destination_number", Name::Number),
    (b"agent", Name::Agent),
];

impl<'a> Fields<'a> {
    /// The first known name begins the fields; a value goes up to where `] ` and the next known name
    /// follow, the last one up to the last bracket. Of a name that comes twice the first counts.
    pub fn read(text: &'a [u8]) -> Self {
        let mut fields = Self::default();
        let mut current: Option<(Name, usize)> = None;
        for open in memchr::memchr_iter(b'[', text) {
            let Some((name, before)) = name_before(&text[..open]) else {
                continue;
            };
            match current {
                None if before.is_empty() || before.ends_with(b" ") => {}
                Some((field, start)) if before.len() > start && before.ends_with(b"] ") => {
                    fields.set(field, &text[start..before.len() - 2]);
                }
                _ => continue,
            }
            current = Some((name, open + 1));
        }
        if let Some((field, start)) = current
            && let Some(end) = memchr::memrchr(b']', &text[start..])
        {
            fields.set(field, &text[start..start + end]);
        }
        fields
    }

    fn set(&mut self, name: Name, value: &'a [u8]) {
        let field = match name {
            Name::User => &mut self.user,
            Name::Number => &mut self.number,
            Name::Agent => &mut self.agent,
        };
        field.get_or_insert(value);
    }
}

/// The known name that ends the text, and what stands before it.
fn name_before(text: &[u8]) -> Option<(Name, &[u8])> {
    NAMES.into_iter().find_map(|(word, name)| {
        let before = text.strip_suffix(word)?;
        let whole = before.last().is_none_or(|byte| *byte == b' ');
        whole.then_some((name, before))
    })
}
