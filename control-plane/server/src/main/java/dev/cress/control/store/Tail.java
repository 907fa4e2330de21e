package dev.cress.control.store;

import dev.cress.contract.Position;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How far this server's sessions have followed the log. What they hear is what the database holds,
/// whoever wrote it. Confined to the store's thread.
final class Tail {
    private final StoreThread thread;
    private final String server;
    private @Nullable Position known;
    private @Nullable StoreListener listener;

    /// @param server this one's id
    Tail(StoreThread thread, String server) {
        this.thread = thread;
        this.server = server;
    }

    /// What there is to hear.
    sealed interface Heard {
        /// These came after what is known.
        record Next(List<Revision> revisions) implements Heard {}

        /// What was known is no longer how the log began.
        record Replaced(Image image) implements Heard {}
    }

    /// From now on this hears on the event loop of all that comes after there.
    void follow(Position from, StoreListener listener) {
        this.known = from;
        this.listener = listener;
    }

    Heard read(Tables tables) {
        if (known == null || known.equals(tables.log().head())) {
            return new Heard.Next(List.of());
        }
        return tables.log()
                .after(known)
                .<Heard>map(Heard.Next::new)
                .orElseGet(() -> new Heard.Replaced(Image.of(tables, server)));
    }

    /// Hands over what was read, once it is durable.
    void take(Heard heard) {
        var hears = listener;
        if (hears == null) {
            return;
        }
        switch (heard) {
            case Heard.Next(List<Revision> revisions) -> {
                if (!revisions.isEmpty()) {
                    known = revisions.getLast().position();
                    thread.onLoop(() -> revisions.forEach(hears::committed));
                }
            }
            case Heard.Replaced(Image image) -> {
                known = image.position();
                thread.onLoop(() -> hears.replaced(image));
            }
        }
    }
}
