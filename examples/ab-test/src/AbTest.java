import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * ab-test: shows each visitor one of two pages, and the same one ever after. A visitor without a
 * cookie gets a variant from a hash of address and browser, so that one who refuses cookies sees
 * one page too. The configuration value PERCENT_B says how many visitors of a hundred see B; 50 by
 * default.
 */
public final class AbTest {
    private static final String COOKIE = "variant";
    private static final int COOKIE_SECONDS = 30 * 24 * 60 * 60;
    private static final int PERCENT_B_DEFAULT = 50;

    private enum Variant {
        A("Try it today", "Your first month costs nothing.", "#1a56b0"),
        B("Join 10,000 others", "Stop whenever you like.", "#2d7d32");

        final String heading;
        final String promise;
        final String colour;

        Variant(String heading, String promise, String colour) {
            this.heading = heading;
            this.promise = promise;
            this.colour = colour;
        }
    }

    private AbTest() {}

    public static void main(String[] arguments) {
        Environment environment = Environment.read();
        String method = environment.get("REQUEST_METHOD");
        boolean isHead = method.equals("HEAD");
        if (!isHead && !method.equals("GET")) {
            send(
                    "405 Method Not Allowed",
                    "Allow: GET, HEAD\r\nContent-Type: text/plain; charset=utf-8\r\n",
                    "The method must be GET or HEAD.\n");
            return;
        }
        // Both the page and the cookie are one visitor's: no shared cache may keep them.
        String headers =
                "Content-Type: text/html; charset=utf-8\r\n"
                        + "Cache-Control: private\r\n"
                        + "Vary: Cookie\r\n";
        Optional<Variant> known = fromCookie(environment.get("HTTP_COOKIE"));
        Variant variant = known.orElseGet(() -> assign(environment));
        if (known.isEmpty()) {
            headers +=
                    "Set-Cookie: "
                            + COOKIE
                            + "="
                            + variant
                            + "; Path=/; Max-Age="
                            + COOKIE_SECONDS
                            + "; HttpOnly; SameSite=Lax\r\n";
        }
        send("200 OK", headers, isHead ? "" : page(variant));
    }

    /** A cookie with a value that is no variant, from an older test perhaps, counts as none. */
    private static Optional<Variant> fromCookie(String cookies) {
        StringTokenizer fields = new StringTokenizer(cookies, "; ");
        while (fields.hasMoreTokens()) {
            String field = fields.nextToken();
            for (Variant variant : Variant.values()) {
                if (field.equals(COOKIE + "=" + variant)) {
                    return Optional.of(variant);
                }
            }
        }
        return Optional.empty();
    }

    private static Variant assign(Environment environment) {
        String visitor = environment.get("REMOTE_ADDR") + "\n" + environment.get("HTTP_USER_AGENT");
        long hundredth = hash(visitor) * 100 >>> 32;
        return hundredth < percentB(environment.get("PERCENT_B")) ? Variant.B : Variant.A;
    }

    private static int percentB(String configured) {
        if (configured.isEmpty()) {
            return PERCENT_B_DEFAULT;
        }
        try {
            int percent = Integer.parseInt(configured);
            if (percent >= 0 && percent <= 100) {
                return percent;
            }
        } catch (NumberFormatException notANumber) {
            // Is told of below, like a number out of range.
        }
        System.err.println("PERCENT_B is " + configured + ", must be a whole number from 0 to 100");
        return PERCENT_B_DEFAULT;
    }

    /** FNV-1a, 32 bits, which mixes upwards: its high bits are the good ones. Never negative. */
    private static long hash(String text) {
        int hash = 0x811c9dc5;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 0xff) * 0x01000193;
        }
        return hash & 0xffffffffL;
    }

    // No String.format, split or matches: with what they bring along, the module would be six times
    // as large.
    private static String page(Variant variant) {
        return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Variant {variant}</title>
        <style>body { font-family: sans-serif; margin: 3em } h1 { color: {colour} }</style>
        </head>
        <body>
        <h1>{heading}</h1>
        <p>{promise}</p>
        <p><small>You see variant {variant}.</small></p>
        </body>
        </html>
        """
                .replace("{variant}", variant.name())
                .replace("{colour}", variant.colour)
                .replace("{heading}", variant.heading)
                .replace("{promise}", variant.promise);
    }

    private static void send(String status, String headers, String body) {
        byte[] answer =
                ("Status: " + status + "\r\n" + headers + "\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8);
        System.out.write(answer, 0, answer.length);
        System.out.flush();
    }
}
