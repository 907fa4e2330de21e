package dev.cress.contract;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// All that a node must know of one function: what serves now, and which versions to keep staged so
/// that going back is immediate.
///
/// @param versions every version that a retained deployment names
public record FunctionState(FunctionName name, Deployment deployment, List<Version> versions) {
    public FunctionState {
        Objects.requireNonNull(name, "name");
        versions = List.copyOf(versions);
        for (int live : deployment.live()) {
            if (find(versions, live).isEmpty()) {
                throw new ContractException(
                        "invalid-deployment",
                        "deployment %d of %s names version %d, which is not listed"
                                .formatted(deployment.id(), name, live));
            }
        }
    }

    /// The version of this number, if it is retained.
    public Optional<Version> version(int number) {
        return find(versions, number);
    }

    private static Optional<Version> find(List<Version> versions, int number) {
        return versions.stream().filter(v -> v.number() == number).findFirst();
    }
}
