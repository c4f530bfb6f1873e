# A member's trainer in R: one round of a Tutti federation. Base R alone, no package.
#
#     tutti node ID --trainer "Rscript examples/r-trainer/train.R" --data my.csv
#
# The node calls this file with the path of round.json as its last argument. It reads the global model
# (weights.safetensors) and the member's CSV, trains the multi-layer perceptron that the manifest describes, and writes
# trained.safetensors and metrics.json. Change `train` to train as you like: the tensors' names and shapes must stay.

folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]))
source(file.path(folder, "json.R"))

refuse <- function(...) {
  message(...)
  quit(status = 1)
}

# --- safetensors: 8 bytes of header length, a JSON header, the tensors' bytes -----------------------------------------

# Tensors by name; a matrix [outputs, inputs] where there are two dimensions. R keeps columns together, the file rows.
read_safetensors <- function(path) {
  connection <- file(path, "rb")
  on.exit(close(connection))
  size <- readBin(connection, "integer", 2, size = 4, endian = "little")[1]
  header <- parse_json(rawToChar(readBin(connection, "raw", size)))
  header[["__metadata__"]] <- NULL
  body <- readBin(connection, "raw", file.size(path))
  lapply(header, function(entry) {
    if (entry$dtype != "F32") refuse("a tensor has type ", entry$dtype, "; the node writes F32")
    begin <- entry$data_offsets[[1]]
    end <- entry$data_offsets[[2]]
    values <- readBin(body[seq_len(end - begin) + begin], "numeric", (end - begin) / 4, size = 4, endian = "little")
    if (length(entry$shape) == 2) matrix(values, entry$shape[[1]], entry$shape[[2]], byrow = TRUE) else values
  })
}

write_safetensors <- function(path, tensors) {
  ends <- cumsum(4 * lengths(tensors))
  begins <- ends - 4 * lengths(tensors)
  entries <- mapply(function(name, values, begin, end) {
    shape <- if (is.matrix(values)) dim(values) else length(values)
    sprintf('"%s":{"dtype":"F32","shape":[%s],"data_offsets":[%.0f,%.0f]}', name, paste(shape, collapse = ","), begin, end)
  }, names(tensors), tensors, begins, ends)
  text <- paste0("{", paste(entries, collapse = ","), "}")
  text <- paste0(text, strrep(" ", -nchar(text, "bytes") %% 8))
  connection <- file(path, "wb")
  on.exit(close(connection))
  writeBin(c(nchar(text, "bytes"), 0L), connection, size = 4, endian = "little")
  writeBin(charToRaw(text), connection)
  for (values in tensors) {
    writeBin(as.numeric(if (is.matrix(values)) t(values) else values), connection, size = 4, endian = "little")
  }
}

# --- the CSV through the manifest's schema ----------------------------------------------------------------------------

# Inputs [rows, bytes] as the contract will see them, `(byte - inputZero) * inputScale`, and labels.
read_rows <- function(path, schema) {
  table <- read.csv(path, colClasses = "character", check.names = FALSE, na.strings = character(),
                    strip.white = TRUE, fileEncoding = "UTF-8-BOM")
  if (nrow(table) == 0) refuse(path, " has no rows to train on")
  columns <- lapply(schema$features, function(feature) encode_feature(feature, column_of(table, feature$name), schema))
  scale <- schema$inputScale[[1]] / schema$inputScale[[2]]
  label <- schema$label
  list(inputs = (do.call(cbind, columns) - schema$inputZero) * scale,
       labels = encode_label(label, column_of(table, label$name)))
}

column_of <- function(table, name) {
  if (!name %in% names(table)) refuse('there is no column "', name, '"')
  table[[name]]
}

# Refuses the first of some rows, by its line: the header is line 1.
refuse_rows <- function(name, isWrong, reason) {
  if (any(isWrong)) refuse("line ", which(isWrong)[1] + 1, ', column "', name, '": ', reason)
}

# clamp(round(real / inputScale) + inputZero, 0, 255), halves up.
to_bytes <- function(real, schema) {
  steps <- floor(real * schema$inputScale[[2]] / schema$inputScale[[1]] + 0.5)
  pmin(255, pmax(0, steps + schema$inputZero))
}

# The bytes of one column: one a row for a number, one for each category of a category.
encode_feature <- function(feature, cells, schema) {
  isMissing <- cells == ""
  if (feature$missing == "refuse") refuse_rows(feature$name, isMissing, "the value is missing")
  if (feature$kind == "category") {
    categories <- unlist(feature$categories)
    if (feature$unknown == "refuse") {
      refuse_rows(feature$name, !isMissing & !cells %in% categories, "this is none of its categories")
    }
    return(do.call(cbind, lapply(categories, function(category) to_bytes(as.numeric(cells == category), schema))))
  }
  cells[isMissing] <- feature$missing
  values <- suppressWarnings(as.numeric(cells))
  refuse_rows(feature$name, !is.finite(values), "this is not a number")
  low <- if (is.null(feature$minimum)) -Inf else feature$minimum
  high <- if (is.null(feature$maximum)) Inf else feature$maximum
  refuse_rows(feature$name, !isMissing & (values < low | values > high), "this is out of range")
  to_bytes((values - feature$center) / feature$spread, schema)
}

# Targets [rows, outputs]: class indices from 0, a column of 0 and 1 for each label, or standardised numbers.
encode_label <- function(label, cells) {
  if (label$kind == "number") return(matrix((as.numeric(cells) - label$center) / label$spread))
  classes <- unlist(label$classes)
  parts <- if (label$kind == "labels") lapply(strsplit(cells, ";"), trimws) else as.list(cells)
  parts <- lapply(parts, function(names) names[names != ""])
  refuse_rows(label$name, !vapply(parts, function(names) all(names %in% classes), TRUE), "this is none of the classes")
  if (label$kind == "class") return(matrix(match(cells, classes) - 1))
  do.call(rbind, lapply(parts, function(names) as.numeric(classes %in% names)))
}

# --- the model --------------------------------------------------------------------------------------------------------

weight_of <- function(layer) paste0("layer", layer, ".weight")
bias_of <- function(layer) paste0("layer", layer, ".bias")

# What goes into each layer, and the outputs of the last; ReLU after every other one.
forward <- function(parameters, inputs, layers) {
  values <- list(inputs)
  for (layer in seq_len(layers) - 1) {
    next_values <- values[[layer + 1]] %*% t(parameters[[weight_of(layer)]])
    next_values <- sweep(next_values, 2, parameters[[bias_of(layer)]], "+")
    values[[layer + 2]] <- if (layer < layers - 1) pmax(next_values, 0) else next_values
  }
  values
}

sigmoid <- function(x) 1 / (1 + exp(-x))
# log(1 + exp(x)) without overflow
softplus <- function(x) pmax(x, 0) + log1p(exp(-abs(x)))

# Mean loss over rows, and its slope in the outputs; rows weigh by their class where the manifest has classWeights.
loss_of <- function(outputs, targets, kind, weights) {
  if (kind == "linear") return(list(loss = mean((outputs - targets)^2), slope = 2 * (outputs - targets) / length(targets)))
  if (kind == "multi-label") {
    by_class <- if (is.null(weights)) rep(1, ncol(outputs)) else weights
    losses <- softplus(outputs) - outputs * targets
    slope <- sigmoid(outputs) - targets
    return(list(loss = mean(sweep(losses, 2, by_class, "*")), slope = sweep(slope, 2, by_class, "*") / length(outputs)))
  }
  by_row <- if (is.null(weights)) rep(1, nrow(targets)) else weights[targets + 1]
  share <- by_row / sum(by_row)
  if (kind == "logistic") {
    losses <- softplus(outputs) - outputs * targets
    return(list(loss = sum(losses * share), slope = (sigmoid(outputs) - targets) * share))
  }
  shifted <- outputs - apply(outputs, 1, max)
  log_sums <- log(rowSums(exp(shifted)))
  chosen <- cbind(seq_len(nrow(outputs)), targets + 1)
  slope <- exp(shifted - log_sums)
  slope[chosen] <- slope[chosen] - 1
  list(loss = sum((log_sums - shifted[chosen]) * share), slope = slope * share)
}

# The loss's slope in every tensor.
backward <- function(parameters, values, slope, layers) {
  gradients <- list()
  for (layer in rev(seq_len(layers) - 1)) {
    gradients[[weight_of(layer)]] <- t(slope) %*% values[[layer + 1]]
    gradients[[bias_of(layer)]] <- colSums(slope)
    if (layer > 0) slope <- (slope %*% parameters[[weight_of(layer)]]) * (values[[layer + 1]] > 0)
  }
  gradients
}

# The trained tensors: gradient descent with momentum and a proximal pull, as the manifest suggests.
train <- function(anchors, rows, task) {
  manifest <- task$manifest
  spec <- manifest$training
  if (spec$optimizer != "sgd") refuse("this trainer knows sgd only, and the manifest says ", spec$optimizer)
  layers <- length(manifest$model$layers)
  weights <- unlist(manifest$loss$classWeights)
  rate <- spec$learningRate * (if (is.null(spec$decay)) 1 else spec$decay)^task$round
  parameters <- anchors
  moved <- lapply(anchors, function(values) values * 0)
  count <- nrow(rows$inputs)
  # A manifest gives passes over the rows, or a number of steps, for which the rows are passed over again and again.
  steps <- if (is.null(spec$steps)) spec$epochs * ceiling(count / spec$batchSize) else spec$steps
  while (steps > 0) {
    order <- sample(count)
    for (batch in split(order, ceiling(seq_along(order) / spec$batchSize))) {
      if (steps == 0) break
      steps <- steps - 1
      values <- forward(parameters, rows$inputs[batch, , drop = FALSE], layers)
      found <- loss_of(values[[layers + 1]], rows$labels[batch, , drop = FALSE], manifest$model$output, weights)
      gradients <- backward(parameters, values, found$slope, layers)
      for (name in names(parameters)) {
        pull <- spec$proximal * (parameters[[name]] - anchors[[name]])
        moved[[name]] <- spec$momentum * moved[[name]] + gradients[[name]] + pull
        parameters[[name]] <- parameters[[name]] - rate * moved[[name]]
      }
    }
  }
  parameters
}

# What is published of the global model on these rows, before training.
judge <- function(parameters, rows, manifest) {
  layers <- length(manifest$model$layers)
  kind <- manifest$model$output
  outputs <- forward(parameters, rows$inputs, layers)[[layers + 1]]
  metrics <- list(examples = nrow(rows$inputs), loss = loss_of(outputs, rows$labels, kind, NULL)$loss)
  if (kind == "softmax") metrics$correct <- sum(max.col(outputs, "first") - 1 == rows$labels)
  if (kind %in% c("logistic", "multi-label")) metrics$correct <- sum((outputs > 0) == rows$labels)
  label <- manifest$data$label
  if (label$kind == "class") metrics$perClass <- tabulate(rows$labels + 1, length(label$classes))
  if (label$kind == "labels") metrics$perClass <- colSums(rows$labels)
  metrics
}

path <- tail(commandArgs(trailingOnly = TRUE), 1)
task <- parse_json(paste(readLines(path, encoding = "UTF-8", warn = FALSE), collapse = "\n"))
if (is.null(task$data)) refuse("start the node with --data FILE: this trainer reads a CSV")
set.seed(task$seed %% .Machine$integer.max)
rows <- read_rows(task$data, task$manifest$data)
anchors <- read_safetensors(task$weights)
metrics <- judge(anchors, rows, task$manifest)
write_safetensors(task$trained, train(anchors, rows, task))
write_json(metrics, task$metrics, arrays = "perClass")
cat("round ", task$round, ": loss ", metrics$loss, "\n", sep = "")
