package dev.cress.control.store;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Problem;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What was asked can't be done, said so that whoever asked can mend it. Inside a transaction it
/// undoes the whole transaction.
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;
    private final transient Map<String, String> headers;

    private Refusal(Problem problem, Map<String, String> headers) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.headers = headers;
    }

    /// A refusal in these words.
    public static Refusal of(int status, String code, String title, String detail) {
        return new Refusal(Problem.of(status, code, title, detail), Map.of());
    }

    /// The same, with headers that the status asks for.
    public static Refusal of(
            int status, String code, String title, String detail, Map<String, String> headers) {
        return new Refusal(Problem.of(status, code, title, detail), Map.copyOf(headers));
    }

    /// What was sent is wrong in itself.
    public static Refusal invalid(String code, String detail) {
        return of(400, code, "Invalid request", detail);
    }

    /// Something of ours is full for the moment.
    ///
    /// @param retryAfterS when to try again, in seconds
    public static Refusal overloaded(String detail, int retryAfterS) {
        return of(
                503,
                "overloaded",
                "Overloaded",
                detail,
                Map.of("retry-after", Integer.toString(retryAfterS)));
    }

    /// More bytes than a body may have.
    public static Refusal tooLarge(String what, String has, String most) {
        return new Refusal(
                new Problem(
                        "about:blank",
                        "Too large",
                        413,
                        "%s is %s, at most %s".formatted(what, has, most),
                        "request-too-large",
                        most,
                        has,
                        null),
                Map.of());
    }

    /// There is no such function.
    public static Refusal unknownFunction(FunctionName name) {
        return of(404, "unknown-function", "Unknown function", "there is no function " + name);
    }

    static Refusal unknownVersion(FunctionName name, int version, List<Integer> newest) {
        String known = newest.stream().map(String::valueOf).collect(Collectors.joining(", "));
        return of(
                404,
                "unknown-version",
                "Unknown version",
                "%s has no version %d: its newest are %s".formatted(name, version, known));
    }

    /// No module of this digest is stored.
    public static Refusal unknownModule(Sha256 module) {
        return of(
                404,
                "unknown-module",
                "Unknown module",
                "module %s is not stored: upload it first".formatted(module));
    }

    /// No archive of this digest is stored.
    public static Refusal unknownBundle(Sha256 bundle) {
        return of(
                404,
                "unknown-assets",
                "Unknown assets",
                "assets %s are not stored: upload them first".formatted(bundle));
    }

    /// What another tenant's function is called is nobody's business.
    static Refusal routeTaken(Route route, FunctionName by, FunctionName holder) {
        return of(
                409,
                "route-taken",
                "Route taken",
                by.tenant().equals(holder.tenant())
                        ? "route %s of %s is held by function %s".formatted(route, by, holder)
                        : "route %s of %s is taken".formatted(route, by));
    }

    /// There is no such tenant, or the caller may not know of it.
    public static Refusal unknownTenant(TenantName name) {
        return of(404, "unknown-tenant", "Unknown tenant", "there is no tenant " + name);
    }

    /// A tenant has no room for more.
    ///
    /// @param quota which one is used up
    static Refusal quota(TenantName tenant, String quota, String value, String limit) {
        return new Refusal(
                new Problem(
                        "about:blank",
                        "Quota exceeded",
                        409,
                        "quota %s of tenant %s: it has %s, at most %s"
                                .formatted(quota, tenant, value, limit),
                        "quota-exceeded",
                        limit,
                        value,
                        null),
                Map.of());
    }

    /// What is to be changed isn't what the caller thought.
    static Refusal moved(String detail, Map<String, String> headers) {
        return of(412, "precondition-failed", "Precondition failed", detail, headers);
    }

    static Refusal conflict(String code, String title, String detail) {
        return of(409, code, title, detail);
    }

    /// What the client is told.
    public Problem problem() {
        return problem;
    }

    /// Headers that go with it.
    public Map<String, String> headers() {
        return headers;
    }
}
