package dev.cress.control.store;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Route;

import java.util.Collection;

/// Which function holds which route: an exact host and path belongs to one function, and the
/// table's key guards it. Lives as long as one transaction.
final class Routes {
    private final Transaction transaction;

    Routes(Transaction transaction) {
        this.transaction = transaction;
    }

    /// Takes all of its routes from the function.
    void release(FunctionName name) {
        transaction.update("DELETE FROM route WHERE function = ?", name.value());
    }

    /// Gives the function these routes and no others, or refuses and names who holds one of them,
    /// if it is the same tenant.
    void claim(FunctionName name, Collection<Route> routes) {
        release(name);
        for (Route route : routes) {
            var holder =
                    transaction.first(
                            "SELECT function FROM route WHERE host = ? AND path = ?",
                            row -> new FunctionName(row.getString(1)),
                            route.host(),
                            route.path());
            if (holder.isPresent()) {
                throw Refusal.routeTaken(route, name, holder.get());
            }
            transaction.update(
                    "INSERT INTO route (host, path, function) VALUES (?, ?, ?)",
                    route.host(),
                    route.path(),
                    name.value());
        }
    }
}
