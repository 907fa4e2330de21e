package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.host.Fields;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/// The header fields of a message while a guest changes them.
final class FieldList {
    /// Fields that a guest may come to; what was there before counts.
    static final int FIELDS_MAX = 1_000;

    private final List<Header> fields;
    private final Overflow overflow;
    private final long bytesMax;
    private long bytes;

    /// What becomes of a guest that sets too many.
    interface Overflow {
        RuntimeException ended();
    }

    FieldList(List<Header> fields, long bytesMax, Overflow overflow) {
        this.fields = new ArrayList<>(fields);
        this.bytesMax = bytesMax;
        this.overflow = overflow;
        fields.forEach(field -> bytes += size(field));
    }

    private static long size(Header field) {
        return (long) field.name().length() + field.value().length() + Fields.OVERHEAD_BYTES;
    }

    List<Header> all() {
        return fields;
    }

    /// In lower case, each once, in the order of their first fields.
    List<String> names() {
        var names = new LinkedHashSet<String>();
        fields.forEach(field -> names.add(field.name().toLowerCase(Locale.ROOT)));
        return List.copyOf(names);
    }

    List<String> values(String name) {
        var values = new ArrayList<String>();
        for (Header field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                values.add(field.value());
            }
        }
        return values;
    }

    /// Replaces all fields of this name.
    void set(String name, String value) {
        checked(name, value);
        remove(name);
        add(name, value);
    }

    void add(String name, String value) {
        Header field = checked(name, value);
        if (fields.size() >= FIELDS_MAX || bytes + size(field) > bytesMax) {
            throw overflow.ended();
        }
        bytes += size(field);
        fields.add(field);
    }

    private static Header checked(String name, String value) {
        Rules.require(Fields.isName(name), "a header's name is no token");
        String stripped = value.strip();
        Rules.require(Fields.isValue(stripped), "header %s has a control character", name);
        return new Header(name, stripped);
    }

    void remove(String name) {
        fields.removeIf(
                field -> {
                    boolean goes = field.name().equalsIgnoreCase(name);
                    bytes -= goes ? size(field) : 0;
                    return goes;
                });
    }

    void clear() {
        fields.clear();
        bytes = 0;
    }
}
