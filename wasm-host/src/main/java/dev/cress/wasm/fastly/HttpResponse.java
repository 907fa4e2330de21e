package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.ResponseHead;

import java.util.ArrayList;
import java.util.List;

/// A response that a guest got or makes.
final class HttpResponse extends HttpMessage {
    private static final int STATUS_MIN = 100;
    private static final int STATUS_MAX = 599;
    private static final int FINAL_MIN = 200;

    private int status = 200;
    private boolean framedByGuest;

    HttpResponse(Allowance allowance) {
        super(allowance);
    }

    /// A backend's.
    static HttpResponse of(ResponseHead head, Allowance allowance) {
        var made = new HttpResponse(allowance);
        made.status = head.status();
        made.append(head.headers());
        return made;
    }

    int status() {
        return status;
    }

    void status(int wanted) {
        if (wanted < STATUS_MIN || wanted > STATUS_MAX) {
            throw new Refused(Status.INVAL);
        }
        status = wanted;
    }

    /// Whether it only announces another.
    boolean isInformational() {
        return status < FINAL_MIN;
    }

    /// Whether the guest's own `content-length` counts.
    void framedByGuest(boolean so) {
        framedByGuest = so;
    }

    boolean isFramedByGuest() {
        return framedByGuest;
    }

    /// As it goes to the client.
    ///
    /// @param length of its body, or [Body#UNKNOWN]
    ResponseHead head(long length) {
        List<Header> sent = unframedHeaders();
        if (framedByGuest) {
            for (String value : values("content-length")) {
                sent.add(new Header("content-length", value));
            }
        } else if (length > 0) {
            sent.add(new Header("content-length", Long.toString(length)));
        }
        return new ResponseHead(status, new ArrayList<>(sent));
    }
}
