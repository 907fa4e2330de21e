package dev.cress.node.state;

import dev.cress.contract.Filter;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;
import dev.cress.wasm.guest.Wanted;

import java.util.ArrayList;
import java.util.List;

/// A module that a version names, and how it is to be prepared.
///
/// @param bytes its size
record NamedModule(Sha256 sha256, long bytes, Wanted wanted) {
    /// Those of a version: first its own, then its filters'.
    static List<NamedModule> of(Version version) {
        var own = new Wanted(version.manifest().abi(), version.manifest().snapshot());
        List<NamedModule> all = new ArrayList<>();
        all.add(new NamedModule(version.module(), version.moduleBytes(), own));
        for (Filter filter : version.manifest().filters()) {
            var wanted = new Wanted(Filter.ABI, false);
            all.add(new NamedModule(filter.module(), filter.bytes(), wanted));
        }
        return List.copyOf(all);
    }
}
