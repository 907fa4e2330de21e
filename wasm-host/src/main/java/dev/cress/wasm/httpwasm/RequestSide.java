package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Fields;
import dev.cress.wasm.host.HostRun;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The request as a guest sees and changes it, and as what stands behind it gets it then.
///
/// Its body can be read twice, by the guest and behind it, if the guest buffers; otherwise whoever
/// reads takes. What the guest writes takes the body's place behind it, never for itself.
final class RequestSide implements Transfer.Source, Transfer.Target {
    static final int METHOD_BYTES_MAX = 32;
    static final int URI_BYTES_MAX = 16 << 10;
    static final int HEADER_BYTES_MAX = 64 << 10;

    private final HostRun run;
    private final GuestRequest asked;
    private final FieldList fields;
    private final BodyBuffer kept;
    private String method;
    private String uri;
    private boolean keeping;
    private int readByGuest;
    private int readBehind;
    private @Nullable BodyBuffer written;

    RequestSide(HostRun run) {
        this.run = run;
        this.asked = run.exchange().request();
        this.method = asked.method();
        this.uri = asked.query().isEmpty() ? asked.path() : asked.path() + "?" + asked.query();
        List<Header> headers = new ArrayList<>(asked.headers());
        if (asked.header("host").isEmpty()) {
            headers.addFirst(new Header("host", asked.host()));
        }
        this.fields =
                new FieldList(
                        headers,
                        HEADER_BYTES_MAX,
                        () ->
                                Rules.broken(
                                        "request headers are over %d bytes or %d fields"
                                                .formatted(
                                                        HEADER_BYTES_MAX, FieldList.FIELDS_MAX)));
        this.kept = body();
    }

    private BodyBuffer body() {
        var limits = run.limits();
        return new BodyBuffer(
                run, limits.memoryBytes(), new Outcome.OutOfMemory(limits.memoryBytes()));
    }

    String method() {
        return method;
    }

    void method(String changed) {
        Rules.require(Fields.isName(changed), "a method is no token");
        method = changed;
    }

    String uri() {
        return uri;
    }

    /// Only a path, with a query if there is one (RFC 9112 §3.2.1): authority and scheme stay.
    void uri(String changed) {
        String full = changed.isEmpty() ? "/" : changed;
        Rules.require(full.startsWith("/"), "a URI doesn't begin with '/'");
        Rules.require(
                full.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#'),
                "a URI has characters that must be percent-encoded");
        uri = full;
    }

    String protocol() {
        return asked.protocol();
    }

    String sourceAddress() {
        String address = asked.remoteAddress();
        return (address.indexOf(':') < 0 ? "%s:0" : "[%s]:0").formatted(address);
    }

    FieldList fields() {
        return fields;
    }

    /// From here on, whatever is read is kept.
    void keepBody() {
        keeping = true;
    }

    /// Reads for the guest: at least one byte, or -1 at the end.
    @Override
    public int read(byte[] into, int offset, int length) {
        int count = kept.read(readByGuest, into, offset, length);
        if (count < 0) {
            count = readOn(into, offset, length);
        }
        readByGuest += keeping ? Math.max(count, 0) : 0;
        return count;
    }

    /// The same for what stands behind it.
    int readBehind(byte[] into, int offset, int length) {
        BodyBuffer replaced = written;
        int count = (replaced == null ? kept : replaced).read(readBehind, into, offset, length);
        boolean counts = replaced != null || keeping;
        if (count < 0 && replaced == null) {
            count = readOn(into, offset, length);
        }
        readBehind += counts ? Math.max(count, 0) : 0;
        return count;
    }

    private int readOn(byte[] into, int offset, int length) {
        int count = run.exchange().read(into, offset, length);
        run.word().checkStopped();
        if (keeping && count > 0) {
            kept.append(into, offset, count);
        }
        return count;
    }

    @Override
    public void write(byte[] from) {
        BodyBuffer replaced = written;
        if (replaced == null) {
            replaced = body();
            written = replaced;
        }
        replaced.append(from, 0, from.length);
    }

    /// As what stands behind the guest is told of it.
    GuestRequest changed() {
        BodyBuffer replaced = written;
        long length = asked.contentLength();
        if (replaced != null) {
            length = replaced.size();
            fields.remove("content-length");
            fields.add("content-length", Long.toString(length));
        }
        int query = uri.indexOf('?');
        return asked.changed(
                method,
                query < 0 ? uri : uri.substring(0, query),
                query < 0 ? "" : uri.substring(query + 1),
                fields.all(),
                length);
    }
}
