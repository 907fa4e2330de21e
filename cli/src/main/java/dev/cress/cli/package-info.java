/// The `cress` command, and [Fleet], a whole house in one process. Start with [Cress], which lists
/// the subcommands; each has a file of its own.
///
/// ```text
/// Cress → a command → ControlClient → the control plane's REST interface
/// Cress → up, run   → Fleet, ControlPlane, EdgeNode, Router
/// ```
@NullMarked
package dev.cress.cli;

import org.jspecify.annotations.NullMarked;
