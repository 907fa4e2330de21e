package dev.cress.control.store;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;

/// What one revision of the log says. It carries all that a node must know, so that the hash chain
/// covers it.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Change.Deployed.class, name = "deployed"),
    @JsonSubTypes.Type(value = Change.Deleted.class, name = "deleted")
})
public sealed interface Change {
    /// The function that it is about.
    FunctionName name();

    /// The function stands so from now on.
    record Deployed(FunctionState function) implements Change {
        @Override
        public FunctionName name() {
            return function.name();
        }
    }

    /// The function is gone.
    record Deleted(FunctionName function) implements Change {
        @Override
        public FunctionName name() {
            return function;
        }
    }
}
