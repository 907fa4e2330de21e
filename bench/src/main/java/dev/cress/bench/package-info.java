/// Benchmarks, one question per file. Start with [Bench], which lists the questions.
///
/// ```text
/// Bench → a Question → JMH (in a JVM of its own) → Lines on stdout
/// ```
@NullMarked
package dev.cress.bench;

import org.jspecify.annotations.NullMarked;
