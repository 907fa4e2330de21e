package dev.cress.wasm.httpwasm;

import dev.cress.wasm.host.HostRun;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// One run of a guest as `http_handler` sees it. Lives as long as the run, on the guest's thread.
final class Handling {
    private final HostRun run;
    private int features;
    private boolean after;
    private @Nullable RequestSide request;
    private @Nullable ResponseSide response;

    Handling(HostRun run) {
        this.run = run;
    }

    HostRun run() {
        return run;
    }

    /// The request is there, from here on.
    void begin() {
        request = new RequestSide(run);
        response = new ResponseSide(run);
        apply();
    }

    /// Enables what of these features there is. Returns all that are enabled.
    int enable(int wanted) {
        // what was read or has gone out by then wasn't kept
        if (!after) {
            features |= wanted & Rules.FEATURES;
            apply();
        }
        return features;
    }

    int features() {
        return features;
    }

    private void apply() {
        if (request != null && has(Rules.BUFFER_REQUEST)) {
            request.keepBody();
        }
        if (response != null && has(Rules.BUFFER_RESPONSE)) {
            response.hold();
        }
    }

    private boolean has(int feature) {
        return (features & feature) != 0;
    }

    /// What stands behind the guest has answered, or nothing does.
    void afterNext() {
        after = true;
        Objects.requireNonNull(response).afterNext();
    }

    /// What stands behind the guest has failed.
    void afterFailure() {
        after = true;
        Objects.requireNonNull(response).failedBehind();
    }

    RequestSide request() {
        return Objects.requireNonNull(handled(request));
    }

    ResponseSide response() {
        return Objects.requireNonNull(handled(response));
    }

    private <T> @Nullable T handled(@Nullable T side) {
        Rules.require(side != null, "no request is being handled");
        return side;
    }

    /// The request to be changed.
    RequestSide changeableRequest() {
        RequestSide side = request();
        Rules.require(!after, "a request can't be changed after next");
        return side;
    }

    /// The request whose body is to be read.
    RequestSide readableRequest() {
        RequestSide side = request();
        Rules.require(
                !after || has(Rules.BUFFER_REQUEST),
                "a request's body can't be read after next without buffer_request");
        return side;
    }
}
