package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.Problem;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Holds every request that was taken, and every answer, against the OpenAPI document: whatever a
/// test sends, what comes back must be described there, and nothing may be in it that isn't.
/// Stricter than the document is for clients, who are to pass over keys that they don't know.
public final class Described {
    /// The document as it is shipped.
    public static final JsonObject DOCUMENT = document();

    private static final JsonObject COMPONENTS = closed(DOCUMENT.getJsonObject("components"));
    private static final Map<String, Validator> VALIDATORS = new ConcurrentHashMap<>();

    /// What HTTP and the list of endpoints refuse before any operation is meant.
    private static final Set<String> BEFORE = Set.of("no-endpoint", "wrong-method", "bad-request");

    private Described() {}

    private static JsonObject document() {
        try (var in = ControlPlane.class.getResourceAsStream("api/openapi.json")) {
            return new JsonObject(
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// An operation's description, empty if there is none.
    public static JsonObject operation(String method, String template) {
        return DOCUMENT.getJsonObject("paths")
                .getJsonObject(template, new JsonObject())
                .getJsonObject(method.toLowerCase(Locale.ROOT), new JsonObject());
    }

    /// What this stands for, if it is a reference.
    public static JsonObject resolved(JsonObject part) {
        String ref = part.getString("$ref");
        if (ref == null) {
            return part;
        }
        JsonObject found = DOCUMENT;
        for (String step : ref.substring(2).split("/", -1)) {
            found = found.getJsonObject(step);
            assertThat(found).as(ref).isNotNull();
        }
        return resolved(found);
    }

    static void check(String method, String path, String sent, Reply reply) {
        String exchange = "%s %s: %d %s".formatted(method, path, reply.status(), reply.text());
        String type = reply.headers().firstValue("content-type").orElse("");
        if (type.equals(Problem.MEDIA_TYPE) && BEFORE.contains(reply.code())) {
            return;
        }
        JsonObject operation = operation(method, template(path.replaceFirst("\\?.*", "")));
        assertThat(operation).as("the description of " + exchange).isNotEmpty();
        JsonObject answer =
                operation.getJsonObject("responses").getJsonObject(String.valueOf(reply.status()));
        assertThat(answer).as("the description of " + exchange).isNotNull();
        checkAnswer(exchange, type, resolved(answer), reply);
        JsonObject body = operation.getJsonObject("requestBody");
        if (reply.status() < 300 && body != null && !sent.isEmpty()) {
            assertValid(
                    "what was sent with " + exchange,
                    body.getJsonObject("content").getJsonObject("application/json"),
                    Json.decodeValue(sent));
        }
    }

    private static void checkAnswer(String exchange, String type, JsonObject answer, Reply reply) {
        JsonObject content = answer.getJsonObject("content");
        if (content == null) {
            assertThat(reply.text()).as(exchange).isEmpty();
            return;
        }
        JsonObject media = content.getJsonObject(type.replaceFirst(";.*", ""));
        assertThat(media).as("type '%s' of %s", type, exchange).isNotNull();
        if (type.equals("application/x-ndjson")) {
            reply.text()
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(line -> assertValid(exchange, media, Json.decodeValue(line)));
        } else if (type.endsWith("json")) {
            assertValid(exchange, media, Json.decodeValue(reply.text()));
        }
        String words = answer.getString("description");
        if (type.equals(Problem.MEDIA_TYPE) && words.contains("`")) {
            assertThat(words).as("codes of " + exchange).contains("`" + reply.code() + "`");
        }
        for (String header : new String[] {"location", "etag", "link", "allow", "retry-after"}) {
            if (reply.headers().firstValue(header).isPresent()) {
                assertThat(answer.getJsonObject("headers", new JsonObject()).fieldNames())
                        .as("headers of " + exchange)
                        .contains(header);
            }
        }
    }

    /// The path as the document has it, as itself if it has none like it.
    private static String template(String path) {
        var paths = DOCUMENT.getJsonObject("paths").fieldNames();
        return paths.contains(path)
                ? path
                : paths.stream()
                        .filter(template -> path.matches(template.replaceAll("\\{\\w+}", "[^/]+")))
                        .findFirst()
                        .orElse(path);
    }

    private static void assertValid(String what, JsonObject media, Object value) {
        JsonObject schema = media.getJsonObject("schema");
        OutputUnit unit =
                VALIDATORS.computeIfAbsent(schema.encode(), _ -> validator(schema)).validate(value);
        List<String> errors = new ArrayList<>();
        if (unit.getErrors() != null) {
            unit.getErrors()
                    .forEach(e -> errors.add(e.getInstanceLocation() + ": " + e.getError()));
        }
        assertThat(unit.getValid()).as("%s %s", what, errors).isTrue();
    }

    private static Validator validator(JsonObject schema) {
        var whole = schema.copy().put("components", COMPONENTS);
        return Validator.create(
                JsonSchema.of(whole),
                new JsonSchemaOptions()
                        .setDraft(Draft.DRAFT202012)
                        .setBaseUri("https://cress.dev/")
                        .setOutputFormat(OutputFormat.Basic));
    }

    /// The same, where each object has no keys but those that are named.
    private static JsonObject closed(JsonObject part) {
        var closed = new JsonObject();
        part.forEach(entry -> closed.put(entry.getKey(), closed(entry.getValue())));
        if (part.getValue("properties") instanceof JsonObject
                && "object".equals(part.getValue("type"))) {
            closed.put("additionalProperties", false);
        }
        return closed;
    }

    private static Object closed(Object part) {
        return switch (part) {
            case JsonObject object -> closed(object);
            case JsonArray array ->
                    new JsonArray(new ArrayList<>(array.stream().map(Described::closed).toList()));
            default -> part;
        };
    }
}
