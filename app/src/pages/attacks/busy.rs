//! What is said instead of a file of lines, while as many are being sent as may be.

use axum::http::HeaderMap;

use crate::request::words_of;

/// A page in the reader's language, without anything that was asked for in it.
pub fn exports_busy(headers: &HeaderMap) -> String {
    let words = words_of(headers);
    format!(
        r#"<!DOCTYPE html>
<html lang="{}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Callwarden: {title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/away.css">
</head>
<body>
<main id="main">
<h1>{title}</h1>
<p>{}</p>
<p><a href="/attacks">{}</a></p>
</main>
</body>
</html>
"#,
        words.tag(),
        words.exports_busy_text(),
        words.back_to_attacks(),
        title = words.exports_busy(),
    )
}
