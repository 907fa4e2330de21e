package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Bundle;
import dev.cress.contract.Filter;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a source comes to once it is uploaded: its module by its digest, and a manifest that names
/// its files and filters by theirs.
record Uploaded(Sha256 module, Manifest manifest) {
    /// What it will come to. Sends nothing.
    static Uploaded planned(Source source) {
        List<Filter> filters = new ArrayList<>();
        for (Source.InFront filter : source.filters()) {
            byte[] bytes = Source.read(filter.module());
            filters.add(new Filter(Sha256.of(bytes), bytes.length, filter.config()));
        }
        return of(
                Sha256.of(source.read()),
                source,
                filters,
                source.assets().map(AssetFolder::bundle));
    }

    /// Sends all of it, and says so.
    static Uploaded of(ControlClient client, Output output, Source source) {
        byte[] bytes = source.read();
        var stored = upload(client, output, source.module(), bytes, source.manifest().abi());
        List<Filter> filters = new ArrayList<>();
        for (Source.InFront filter : source.filters()) {
            byte[] inFront = Source.read(filter.module());
            var kept = upload(client, output, filter.module(), inFront, Filter.ABI);
            filters.add(new Filter(kept.sha256(), kept.bytes(), filter.config()));
        }
        source.assets().ifPresent(folder -> output.say("uploading " + folder.dir()));
        return of(
                stored.sha256(),
                source,
                filters,
                source.assets().map(folder -> folder.upload(client)));
    }

    private static Uploaded of(
            Sha256 module, Source source, List<Filter> filters, Optional<Bundle> assets) {
        Manifest manifest = source.manifest().with(filters);
        return new Uploaded(module, assets.map(manifest::with).orElse(manifest));
    }

    private static Api.ModuleInfo upload(
            ControlClient client, Output output, Path file, byte[] bytes, String abi) {
        output.say("uploading %s (%d KiB)".formatted(file, (bytes.length + 1023) / 1024));
        return client.upload(bytes, abi);
    }
}
