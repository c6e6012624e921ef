//! A FreeSWITCH that is not there: serves the Event Socket as recorded from the real one, reads an
//! actual configuration folder, and misbehaves on demand. Shares no code with `esl`, so that one
//! mistake cannot hide another.
