package dev.cress.control.store;

import dev.cress.contract.Position;

/// One entry of the log. It follows revision `position.revision() - 1`, whose hash is `previous`.
public record Revision(String previous, Position position, Change change) {}
