package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.host.Fields;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What requests and responses have in common: a version and headers. Names are in lower case, as
/// the SDKs expect them.
abstract sealed class HttpMessage permits HttpRequest, HttpResponse {
    /// Bytes of names and values of one message, [Allowance#OBJECT_BYTES] for each header included.
    static final int HEADER_BYTES_MAX = 128 * 1024;

    /// HTTP/1.1 (`http_version`).
    static final int VERSION_HTTP_11 = 2;

    private static final int VERSION_MAX = 4;

    /// How long a body is and what concerns the connection alone is the host's to say.
    private static final Set<String> FRAMING =
            Set.of("content-length", "transfer-encoding", "connection", "keep-alive", "upgrade");

    private final Allowance allowance;
    private final List<Header> headers = new ArrayList<>();
    private int headerBytes;
    private int version = VERSION_HTTP_11;

    HttpMessage(Allowance allowance) {
        this.allowance = allowance;
        allowance.take(Allowance.OBJECT_BYTES);
    }

    /// Makes room for its successors.
    void close() {
        allowance.giveBack((long) headerBytes + Allowance.OBJECT_BYTES);
        headers.clear();
        headerBytes = 0;
    }

    int version() {
        return version;
    }

    void version(int number) {
        if (number < 0 || number > VERSION_MAX) {
            throw new Refused(Status.INVAL);
        }
        version = number;
    }

    /// Without those that frame the body.
    final List<Header> unframedHeaders() {
        var kept = new ArrayList<Header>();
        for (Header header : headers) {
            if (!FRAMING.contains(header.name())) {
                kept.add(header);
            }
        }
        return kept;
    }

    final List<String> names() {
        var names = new ArrayList<String>();
        for (Header header : headers) {
            if (!names.contains(header.name())) {
                names.add(header.name());
            }
        }
        return names;
    }

    final List<String> values(String name) {
        String lower = lower(name);
        var values = new ArrayList<String>();
        for (Header header : headers) {
            if (header.name().equals(lower)) {
                values.add(header.value());
            }
        }
        return values;
    }

    final void append(String name, String value) {
        String field = value.strip();
        if (!Fields.isName(name) || !Fields.isValue(field)) {
            throw new Refused(Status.HTTPINVALID);
        }
        int bytes = bytes(name, field);
        if (headerBytes + bytes > HEADER_BYTES_MAX) {
            throw new Refused(Status.HTTPHEADTOOLARGE);
        }
        allowance.take(bytes);
        headerBytes += bytes;
        headers.add(new Header(lower(name), field));
    }

    /// Adds what came from outside. What can't be a header's is left out: no guest could have made
    /// it.
    final void append(List<Header> received) {
        for (Header header : received) {
            if (Fields.isName(header.name()) && Fields.isValue(header.value())) {
                append(header.name(), header.value());
            }
        }
    }

    /// Returns whether there was one.
    final boolean remove(String name) {
        String lower = lower(name);
        int before = headers.size();
        headers.removeIf(header -> header.name().equals(lower) && isTaken(header));
        return headers.size() < before;
    }

    private boolean isTaken(Header header) {
        int bytes = bytes(header.name(), header.value());
        headerBytes -= bytes;
        allowance.giveBack(bytes);
        return true;
    }

    private static int bytes(String name, String value) {
        return name.length() + value.length() + Allowance.OBJECT_BYTES;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
