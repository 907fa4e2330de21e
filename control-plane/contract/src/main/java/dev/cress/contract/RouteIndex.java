package dev.cress.contract;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What of many things a host and path stand for, by the rules that nodes and routers share. To be
/// filled by one thread; then any number may read, once it was published safely.
///
/// A host is looked up as declared, then as a function's own host (`NAME.DOMAIN` for the tenant
/// `default`, `NAME.TENANT.DOMAIN` for another, or `vN--` before that, a preview of version N),
/// then as `*.` and the rest: one function's wildcard takes no other function's own host. Of a
/// host's routes the longest path wins, an exact one before a wildcard.
///
/// Below the domain tenants have hosts of their own, which nobody else's route takes: a function's
/// own host is its tenant's, and `ANY.TENANT.DOMAIN` is for `TENANT` and `default` to declare.
///
/// @param <T> what is found
public final class RouteIndex<T> {
    private static final String PREVIEW = "--";

    private final String domainSuffix;
    private final Map<String, Entry<T>> functions = new HashMap<>();
    private final Map<String, HostRoutes<T>> hosts = new HashMap<>();

    private record Entry<T>(TenantName tenant, T value) {}

    /// What a function's preview of this version is.
    @FunctionalInterface
    public interface Previews<T> {
        /// @param own what the function's own host stands for
        Optional<T> of(T own, int version);
    }

    /// @param domain below which functions have hosts of their own
    public RouteIndex(String domain) {
        domainSuffix = "." + domain;
    }

    /// A host as routes have it: in lower case, without a trailing dot.
    ///
    /// @param host without a port
    public static String host(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /// A function's own host stands for this.
    public void add(FunctionName function, T own) {
        functions.put(function.value(), new Entry<>(function.tenant(), own));
    }

    /// A function's route stands for this, if its tenant may have one of that host.
    public void add(FunctionName function, Route route, T value) {
        TenantName tenant = function.tenant();
        if (mayDeclare(tenant, route.host())) {
            hosts.computeIfAbsent(route.host(), _ -> new HostRoutes<>())
                    .add(route.path(), new Entry<>(tenant, value));
        }
    }

    /// Whether this tenant's functions may have routes of this host. Of hosts elsewhere the control
    /// plane knows who came first.
    private boolean mayDeclare(TenantName tenant, String host) {
        if (tenant.isDefault() || !("." + host).endsWith(domainSuffix)) {
            return true;
        }
        return host.endsWith("." + tenant + domainSuffix);
    }

    /// @param host as [#host] has it
    /// @param path as [RequestPath] has it
    public Optional<T> find(String host, String path, Previews<T> previews) {
        String label =
                host.endsWith(domainSuffix)
                        ? host.substring(0, host.length() - domainSuffix.length())
                        : "";
        int mark = label.indexOf(PREVIEW);
        Entry<T> owner = functions.get(mark < 0 ? label : label.substring(mark + PREVIEW.length()));
        HostRoutes<T> exact = hosts.get(host);
        Entry<T> declared = exact == null ? null : exact.find(path);
        if (declared != null && (owner == null || declared.tenant.equals(owner.tenant))) {
            return Optional.of(declared.value);
        }
        if (owner != null) {
            return mark < 0
                    ? Optional.of(owner.value)
                    : preview(owner.value, label.substring(0, mark), previews);
        }
        HostRoutes<T> wildcard = exact == null ? wildcard(host) : null;
        declared = wildcard == null ? null : wildcard.find(path);
        return declared == null ? Optional.empty() : Optional.of(declared.value);
    }

    private @Nullable HostRoutes<T> wildcard(String host) {
        int dot = host.indexOf('.');
        return dot < 0 ? null : hosts.get("*" + host.substring(dot));
    }

    private static <T> Optional<T> preview(T own, String version, Previews<T> previews) {
        return version.matches("v[1-9][0-9]{0,8}")
                ? previews.of(own, Integer.parseInt(version.substring(1)))
                : Optional.empty();
    }

    /// The routes of one host.
    private static final class HostRoutes<T> {
        private final Map<String, Entry<T>> exact = new HashMap<>();
        private final Map<String, Entry<T>> below = new HashMap<>();
        private int segmentsMax;

        void add(String pattern, Entry<T> entry) {
            if (pattern.endsWith("/*")) {
                String prefix = pattern.substring(0, pattern.length() - 2);
                below.put(prefix, entry);
                segmentsMax =
                        Math.max(segmentsMax, (int) prefix.chars().filter(c -> c == '/').count());
            } else {
                exact.put(pattern, entry);
            }
        }

        @Nullable Entry<T> find(String path) {
            Entry<T> found = exact.get(path);
            if (found != null) {
                return found;
            }
            // only prefixes as deep as the deepest route: a path of 4,000 segments costs no more
            // than one
            int end = path.length();
            int depth = 0;
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                if (depth++ > segmentsMax) {
                    end = slash;
                    break;
                }
            }
            for (; end >= 0; end = path.lastIndexOf('/', end - 1)) {
                found = below.get(path.substring(0, end));
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
    }
}
