# Time R's packages on a table of drivers and the outcome y; called by drivers.py, one engine
# and one size per process. Seconds are taken inside R, without reading the table.

library <- function(...) suppressMessages(suppressWarnings(base::library(...)))

given <- commandArgs(trailingOnly = TRUE)
engine <- given[1]
rows <- read.csv(given[2])
replicates <- as.integer(given[3])

seconds <- function(work) system.time(work())[["elapsed"]]

relaimpo <- function() {
  library(relaimpo)
  repeated(function() calc.relimp(y ~ ., rows, type = "lmg")@lmg, identity)
}

# As many replicates as fit into about 20 seconds; the sample itself is analysed twice more.
bootstrapped <- function() {
  library(relaimpo)
  each <- function(b) {
    run <- function() boot.relimp(y ~ ., rows, b = b, type = "lmg", rank = FALSE, diff = FALSE)
    seconds(run) / (b + 2)
  }
  many <- max(10, min(100, ceiling(20 / each(2))))
  list(seconds = each(many) * replicates, first = each(2) * replicates, done = many,
       values = numeric(0))
}

lavaan <- function() {
  library(lavaan)
  fit <- function() lavCor(rows, missing = "ml", output = "cov")
  repeated(fit, identity)
}

norm <- function() {
  library(norm)
  fit <- function() {
    sorted <- prelim.norm(as.matrix(rows))
    list(sorted, em.norm(sorted, showits = FALSE, criterion = 1e-8, maxits = 3000))
  }
  repeated(fit, function(found) getparam.norm(found[[1]], found[[2]])$sigma)
}

# Calls twice, unless once takes long.
repeated <- function(fit, values) {
  first <- again <- seconds(function() found <<- fit())
  if (first < 20) again <- seconds(fit)
  list(seconds = again, first = first, done = 0, values = as.vector(values(found)))
}

peak <- function() {
  status <- readLines("/proc/self/status")
  as.numeric(gsub("[^0-9]", "", grep("VmHWM", status, value = TRUE))) / 1024
}

work <- if (engine == "relaimpo" && replicates > 0) bootstrapped else get(engine)
found <- work()
cat(sprintf('\n{"seconds": %.6g, "first": %.6g, "done": %d, "peak": %.1f, "values": [%s]}\n',
            found$seconds, found$first, as.integer(found$done), peak(),
            paste(sprintf("%.17g", found$values), collapse = ", ")))
