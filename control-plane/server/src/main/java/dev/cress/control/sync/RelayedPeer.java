package dev.cress.control.sync;

import dev.cress.contract.RelayOrder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Consumer;

/// A node behind a relay. Lives on the event loop.
final class RelayedPeer implements Peer {
    private static final Logger LOG = LoggerFactory.getLogger(RelayedPeer.class);

    private final RelaySession relay;
    private final int number;
    private final Credential credential;
    private Consumer<String> reader = _ -> {};
    private Runnable drained = () -> {};
    private Runnable ended = () -> {};
    private boolean lags;
    private boolean over;

    /// @param number of its session, as the relay counts
    RelayedPeer(RelaySession relay, int number, Credential credential) {
        this.relay = relay;
        this.number = number;
        this.credential = credential;
    }

    @Override
    public Credential credential() {
        return credential;
    }

    @Override
    public void send(String frame) {
        if (!over) {
            relay.outbox().send(number, frame);
        }
    }

    @Override
    public boolean slow() {
        return lags || relay.isFull();
    }

    /// The relay said whether the node lags behind what it is sent.
    void lags(boolean now) {
        lags = now;
        drained();
    }

    /// The node takes more, or its relay does.
    void drained() {
        if (!over && !slow()) {
            drained.run();
        }
    }

    void received(String text) {
        reader.accept(text);
    }

    @Override
    public void onText(Consumer<String> action) {
        reader = action;
    }

    @Override
    public void onDrain(Runnable action) {
        drained = action;
    }

    @Override
    public void onEnd(Runnable action) {
        ended = action;
    }

    @Override
    public void end(CloseCode code, String reason) {
        if (over) {
            return;
        }
        LOG.info("session {} behind relay {} ends: {}", number, relay.name(), reason);
        relay.forget(number);
        relay.outbox().order(new RelayOrder.End(number, code.code(), CloseCode.reason(reason)));
        finish();
    }

    /// The node has gone.
    void finish() {
        if (!over) {
            over = true;
            ended.run();
        }
    }

    @Override
    public String relay() {
        return relay.name();
    }
}
