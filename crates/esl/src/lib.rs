//! One FreeSWITCH node over its Event Socket (ESL): a supervised link, a closed set of commands, and
//! readers of what the switch answers.
