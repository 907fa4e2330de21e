package dev.cress.node.state;

import dev.cress.contract.Bundle;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/// What a node should have: of all functions those versions that are placed in its region, and the
/// files that these name.
record Needs(Set<Wanted> versions, Set<Sha256> modules, Set<Sha256> assets) {
    static final Needs NONE = new Needs(Set.of(), Set.of(), Set.of());

    /// A version of a function.
    record Wanted(FunctionName function, Version version) {}

    static Needs of(Collection<FunctionOnNode> functions) {
        var needs = new Needs(new HashSet<>(), new HashSet<>(), new HashSet<>());
        for (FunctionOnNode function : functions) {
            for (Version version : function.versions()) {
                needs.versions.add(new Wanted(function.name(), version));
                NamedModule.of(version).forEach(module -> needs.modules.add(module.sha256()));
                Bundle files = version.manifest().assets();
                if (files != null) {
                    needs.assets.add(files.sha256());
                }
            }
        }
        return needs;
    }
}
