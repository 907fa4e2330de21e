package dev.cress.wasm.fastly;

import dev.cress.wasm.fastly.Bindings.Call;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// The client's request and what is known of it (`fastly_http_downstream`; in `fastly_http_req` the
/// same as it was called before, without the request's handle).
final class DownstreamCalls {
    private static final int JA3_BYTES = 16;

    private DownstreamCalls() {}

    /// A sandbox may serve several requests there; here it serves one, and waits in vain for
    /// others.
    private record NoMoreRequests() {}

    private static final NoMoreRequests NONE_LEFT = new NoMoreRequests();

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_req").bind("body_downstream_get", DownstreamCalls::get);
        Bindings.Module downstream = bindings.module("fastly_http_downstream");
        client(downstream, "downstream_", 1);
        client(bindings.module("fastly_http_req"), "downstream_", 0);
        originals(downstream, "downstream_original_", 1);
        originals(bindings.module("fastly_http_req"), "original_", 0);
        tls(downstream, 1);
        tls(bindings.module("fastly_http_req"), 0);
        downstream
                .bind("downstream_tls_client_servername", ofTls(1))
                .bind("next_request", (run, p) -> p.answer(2, run.handles().add(NONE_LEFT)))
                .bind("next_request_wait", DownstreamCalls::waitInVain)
                .bind("next_request_abandon", DownstreamCalls::promise);
        for (String bot : List.of("name", "category", "category_kind", "verified")) {
            downstream.bind("downstream_bot_" + bot, unknown());
        }
        downstream.bind("downstream_bot_analyzed", (_, p) -> p.answer(1, 0));
        downstream.bind("downstream_bot_detected", (_, p) -> p.answer(1, 0));
        for (String proxy :
                List.of(
                        "is_anonymous",
                        "is_anonymous_vpn",
                        "is_hosting_provider",
                        "is_proxy_over_vpn",
                        "is_public_proxy",
                        "is_relay_proxy",
                        "is_residential_proxy",
                        "is_smart_dns_proxy",
                        "is_tor_exit_node",
                        "is_vpn_datacenter",
                        "vpn_service_name")) {
            downstream.bind("downstream_resvpnproxy_" + proxy, unknown());
        }
    }

    /// @param after how many arguments come before
    private static void client(Bindings.Module module, String prefix, int after) {
        module.bind(prefix + "client_ip_addr", (run, p) -> clientAddress(run, p, after))
                .bind(prefix + "server_ip_addr", (_, p) -> p.answer(after + 1, 0))
                .bind(
                        prefix + "client_request_id",
                        (run, p) -> p.fill(after, client(run).place().requestId()))
                .bind(prefix + "client_ddos_detected", (_, p) -> p.answer(after, 0))
                .bind(prefix + "client_h2_fingerprint", unknown())
                .bind(prefix + "client_oh_fingerprint", unknown())
                .bind(prefix + "compliance_region", unknown())
                .bind("fastly_key_is_valid", (_, p) -> p.answer(after, 0));
    }

    private static void originals(Bindings.Module module, String prefix, int after) {
        module.bind(prefix + "header_count", (run, p) -> p.answer(after, names(run).size()))
                .bind(prefix + "header_names" + (after == 0 ? "_get" : ""), nameFiller(after));
    }

    private static Call nameFiller(int after) {
        return (run, passed) -> passed.fill(after, names(run));
    }

    private static void tls(Bindings.Module module, int after) {
        module.bind("downstream_tls_cipher_openssl_name", ofTls(after))
                .bind("downstream_tls_protocol", ofTls(after))
                .bind("downstream_tls_client_hello", ofTls(after))
                .bind("downstream_tls_raw_client_certificate", unknown())
                .bind("downstream_tls_client_cert_verify_result", unknown())
                .bind("downstream_tls_ja3_md5", (run, p) -> ja3(run, p, after))
                .bind("downstream_tls_ja4", ofTls(after));
    }

    private static GuestRequest client(FastlyRun run) {
        return run.host().exchange().request();
    }

    private static Call unknown() {
        return (_, _) -> {
            throw new Refused(Status.NONE);
        };
    }

    /// Nothing is known of a client's TLS, and there was none on `http`. On `https` the Go SDK
    /// takes any other answer than text for a broken request, so it is empty.
    private static Call ofTls(int after) {
        return (run, passed) -> {
            requireTls(run);
            passed.fill(after, "");
        };
    }

    private static void requireTls(FastlyRun run) {
        if (!client(run).scheme().equals("https")) {
            throw new Refused(Status.NONE);
        }
    }

    /// The same where the SDKs want 16 bytes or none.
    private static void ja3(FastlyRun run, Passed passed, int after) {
        requireTls(run);
        passed.memory().write(passed.number(after), new byte[JA3_BYTES], 0, JA3_BYTES);
        passed.answer(after + 1, JA3_BYTES);
    }

    private static void get(FastlyRun run, Passed passed) {
        GuestRequest request = client(run);
        Body body = Body.of(new RequestSource(run), run.allowance());
        passed.answer(0, run.handles().add(HttpRequest.of(request, run.allowance())));
        passed.answer(1, run.handles().add(body));
    }

    private static void clientAddress(FastlyRun run, Passed passed, int after) {
        byte[] octets = InetAddress.ofLiteral(client(run).remoteAddress()).getAddress();
        passed.memory().write(passed.number(after), octets, 0, octets.length);
        passed.answer(after + 1, octets.length);
    }

    private static List<String> names(FastlyRun run) {
        var names = new ArrayList<String>();
        for (Header header : client(run).headers()) {
            names.add(header.name());
        }
        return names;
    }

    private static void promise(FastlyRun run, Passed passed) {
        run.handles().take(passed.number(0), NoMoreRequests.class);
    }

    private static void waitInVain(FastlyRun run, Passed passed) {
        promise(run, passed);
        throw new Refused(Status.NONE);
    }
}
