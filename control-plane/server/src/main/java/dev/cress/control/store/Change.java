package dev.cress.control.store;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;

import java.util.List;
import java.util.stream.Stream;

/// What one revision of the log says. It carries all that a node must know, so that the hash chain
/// covers it.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Change.Deployed.class, name = "deployed"),
    @JsonSubTypes.Type(value = Change.Applied.class, name = "applied"),
    @JsonSubTypes.Type(value = Change.Deleted.class, name = "deleted")
})
public sealed interface Change {
    /// The functions that stand otherwise from now on.
    default List<FunctionState> changed() {
        return List.of();
    }

    /// The functions that are gone.
    default List<FunctionName> removed() {
        return List.of();
    }

    /// All of them.
    default List<FunctionName> names() {
        return Stream.concat(changed().stream().map(FunctionState::name), removed().stream())
                .toList();
    }

    /// The function stands so from now on.
    record Deployed(FunctionState function) implements Change {
        @Override
        public List<FunctionState> changed() {
            return List.of(function);
        }
    }

    /// All of these functions stand so from now on.
    record Applied(List<FunctionState> functions) implements Change {
        public Applied {
            functions = List.copyOf(functions);
        }

        @Override
        public List<FunctionState> changed() {
            return functions;
        }
    }

    /// The function is gone.
    record Deleted(FunctionName function) implements Change {
        @Override
        public List<FunctionName> removed() {
            return List.of(function);
        }
    }
}
