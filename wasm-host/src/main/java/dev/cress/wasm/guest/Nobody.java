package dev.cress.wasm.guest;

import java.util.List;
import java.util.Map;

/// Whose request it is when no client asked: the body is at hand, the answer goes nowhere, nothing
/// ever blocks. The body isn't copied.
public final class Nobody implements GuestExchange {
    private static final GuestRequest NOTHING =
            new GuestRequest(
                    "GET",
                    "http",
                    "localhost",
                    80,
                    "/",
                    "",
                    "HTTP/1.1",
                    List.of(),
                    0,
                    "127.0.0.1",
                    new GuestRequest.MatchedRoute("/*", ""),
                    new GuestRequest.Place("nobody", 0, "", "", "", "", ""),
                    Map.of());

    private final GuestRequest request;
    private final byte[] body;
    private final Capabilities capabilities;
    private int bodyRead;

    /// Nothing is asked at all.
    public Nobody() {
        this(NOTHING, new byte[0]);
    }

    public Nobody(GuestRequest request, byte[] body) {
        this(request, body, Capabilities.NONE);
    }

    public Nobody(GuestRequest request, byte[] body, Capabilities capabilities) {
        this.request = request;
        this.body = body;
        this.capabilities = capabilities;
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int count = Math.min(length, body.length - bodyRead);
        if (count == 0) {
            return -1;
        }
        System.arraycopy(body, bodyRead, into, offset, count);
        bodyRead += count;
        return count;
    }

    @Override
    public void head(ResponseHead head) {}

    @Override
    public void write(byte[] from, int offset, int length) {}

    @Override
    public void log(LogLevel level, byte[] text) {}

    @Override
    public void stopped(Outcome outcome) {}
}
