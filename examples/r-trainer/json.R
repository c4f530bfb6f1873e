# JSON in and out, in base R: as much as a round's files need.

# The value of a JSON text: objects as named lists, arrays as lists, null as NULL, numbers as doubles.
parse_json <- function(text) {
  pattern <- '"(?:[^"\\\\]|\\\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null|[\\[\\]{},:]'
  tokens <- regmatches(text, gregexpr(pattern, text, perl = TRUE))[[1]]
  at <- 0
  take <- function() tokens[[at <<- at + 1]]
  value <- function(token = take()) {
    if (token == "{") return(object())
    if (token == "[") return(array())
    if (token == "null") return(NULL)
    if (token == "true" || token == "false") return(token == "true")
    if (startsWith(token, '"')) unescape(token) else as.numeric(token)
  }
  object <- function() {
    found <- list()
    repeat {
      token <- take()
      if (token == "}") return(found)
      if (token == ",") token <- take()
      key <- unescape(token)
      take() # the colon
      found[key] <- list(value()) # a null keeps its place
    }
  }
  array <- function() {
    found <- list()
    repeat {
      token <- take()
      if (token == "]") return(found)
      if (token == ",") token <- take()
      found[length(found) + 1] <- list(value(token))
    }
  }
  value()
}

# The text between quotation marks, what is escaped in it as it is meant.
unescape <- function(token) {
  text <- substr(token, 2, nchar(token) - 1)
  if (!grepl("\\", text, fixed = TRUE)) return(text)
  units <- regmatches(text, gregexpr("\\\\u[0-9a-fA-F]{4}|\\\\.|[^\\\\]+", text, perl = TRUE))[[1]]
  plain <- c(n = "\n", t = "\t", r = "\r", b = "\b", f = "\f")
  paste(vapply(units, function(unit) {
    if (!startsWith(unit, "\\")) return(unit)
    letter <- substr(unit, 2, 2)
    if (letter == "u") return(intToUtf8(strtoi(substr(unit, 3, 6), 16L)))
    if (letter %in% names(plain)) plain[[letter]] else letter
  }, ""), collapse = "")
}

# A named list of numbers as a JSON object: one number as a number, listed names as arrays.
write_json <- function(values, path, arrays = character()) {
  number <- function(x) format(x, digits = 15, scientific = FALSE, trim = TRUE)
  parts <- vapply(names(values), function(name) {
    text <- paste(number(values[[name]]), collapse = ", ")
    sprintf(if (name %in% arrays) '"%s": [%s]' else '"%s": %s', name, text)
  }, "")
  writeLines(paste0("{", paste(parts, collapse = ", "), "}"), path)
}
