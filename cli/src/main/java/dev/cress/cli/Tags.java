package dev.cress.cli;

import com.fasterxml.jackson.core.type.TypeReference;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Tag;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A function's tags, as registry tools pushed them.
record Tags(FunctionName function, List<Tag> all) {
    private static final TypeReference<Api.Page<Tag>> PAGE = new TypeReference<>() {};

    /// Tags that a message names.
    private static final int NAMED_MAX = 10;

    static Tags of(ControlClient client, FunctionName function) {
        return new Tags(function, client.list("/v1/functions/" + function + "/tags", PAGE));
    }

    /// None where the control plane, of the build before, knows none.
    static Tags ifKnown(ControlClient client, FunctionName function) {
        try {
            return of(client, function);
        } catch (CliException e) {
            if (e.code().equals("no-endpoint")) {
                return new Tags(function, List.of());
            }
            throw e;
        }
    }

    /// What this tag names.
    int version(String name) {
        return all.stream()
                .filter(tag -> tag.name().equals(name))
                .mapToInt(Tag::version)
                .findFirst()
                .orElseThrow(
                        () ->
                                new CliException(
                                        "%s has no tag '%s': %s"
                                                .formatted(function, name, known())));
    }

    private String known() {
        return all.isEmpty()
                ? "nothing was pushed, or what was is collected"
                : "it has "
                        + all.stream()
                                .limit(NAMED_MAX)
                                .map(Tag::name)
                                .collect(Collectors.joining(", "))
                        + (all.size() > NAMED_MAX ? ", …" : "");
    }

    /// The cells of a row, with the one for tags at the end where there are any at all.
    List<String> with(String names, String... cells) {
        List<String> row = new ArrayList<>(List.of(cells));
        if (!all.isEmpty()) {
            row.add(names);
        }
        return row;
    }

    /// Those that name this version.
    String names(int version) {
        return all.stream()
                .filter(tag -> tag.version() == version)
                .map(Tag::name)
                .collect(Collectors.joining(" "));
    }
}
