package dev.cress.node.capability;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Secrets;
import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.ControlFrame.SecretsKey;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.Version;
import dev.cress.identity.DataKey;
import dev.cress.identity.DurableFile;
import dev.cress.identity.IdentityException;
import dev.cress.identity.Recipient;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The values of secrets on this node: first the operator's own files for this node
/// ([SecretFiles]), then what the control plane told. That is in memory, and on disk under the
/// node's own key, so that the node serves without a control plane after a restart too. Nothing is
/// loaded of what opens it as long as there is nothing. Readers don't lock; [#take] is one thread's
/// at a time.
public final class NodeSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSecrets.class);

    private final SecretFiles files;
    private final Path keyFile;
    private final Path keptFile;
    private final String node;
    private @Nullable Recipient recipient;
    private @Nullable DataKey key;
    private String keyId = "";
    private volatile Map<Name, Held> told = Map.of();
    private volatile boolean heard;

    /// A value as the control plane told it.
    private static final class Held {
        private final int version;
        private final byte[] value;

        private Held(int version, byte[] value) {
            this.version = version;
            this.value = value;
        }

        private boolean is(@Nullable Held other) {
            return other != null && version == other.version && Arrays.equals(value, other.value);
        }
    }

    /// The file's content, before it is sealed. The values aren't: they are bytes in base64.
    private record Kept(List<Value> values) {
        private Kept {
            values = List.copyOf(values);
        }
    }

    /// @param folder of the operator's files, if he has any
    /// @param data the node's folder
    /// @param node its name
    public NodeSecrets(Optional<Path> folder, Path data, String node) {
        files = new SecretFiles(folder);
        keyFile = data.resolve("secrets.key");
        keptFile = data.resolve("secrets.sealed");
        this.node = node;
    }

    /// The key to which the control plane seals what only this node may read, made at first. Reads
    /// the disk.
    public synchronized String publicKey() {
        return recipient().publicKey();
    }

    private synchronized Recipient recipient() {
        Recipient known = recipient;
        if (known == null) {
            known = Recipient.open(keyFile);
            recipient = known;
        }
        return known;
    }

    /// Reads what was told before. What can't be read is told again.
    public void load() {
        if (!Files.exists(keptFile)) {
            return;
        }
        try {
            byte[] sealed = Base64.getDecoder().decode(Files.readString(keptFile).strip());
            byte[] json = recipient().own().open(sealed, keptContext());
            var kept = Json.LENIENT.readValue(json, Kept.class);
            var read = new HashMap<Name, Held>();
            for (Value value : kept.values) {
                byte[] bytes = Base64.getDecoder().decode(value.sealed());
                read.put(value.secret(), new Held(value.version(), bytes));
            }
            told = Map.copyOf(read);
        } catch (IOException | IdentityException | IllegalArgumentException e) {
            // not its message, which may quote a value
            LOG.warn(
                    "secrets in {} can't be read and will be told again: {}",
                    keptFile,
                    e.getClass().getSimpleName());
        }
    }

    private String keptContext() {
        return "cress secrets kept\n" + node;
    }

    /// A session with the control plane begins: it hasn't said yet what there is.
    public void unheard() {
        heard = false;
    }

    /// Whether the control plane has said in this session what there is.
    public boolean isHeard() {
        return heard;
    }

    /// Takes what the control plane says of secrets. Returns once it is on disk.
    public void take(ControlFrame said) throws IOException {
        if (said instanceof SecretsKey(String id, String sealed)) {
            byte[] opened =
                    recipient()
                            .open(Base64.getDecoder().decode(sealed), SecretsKey.context(id, node));
            key = DataKey.of(opened);
            keyId = id;
        } else if (said instanceof Secrets secrets) {
            take(secrets);
        }
    }

    private void take(Secrets said) throws IOException {
        var next = new HashMap<Name, Held>(said.whole() ? Map.of() : told);
        said.removed().forEach(next::remove);
        for (Value value : said.values()) {
            next.put(value.secret(), new Held(value.version(), open(said.key(), value)));
        }
        var before = told;
        boolean same =
                next.keySet().equals(before.keySet())
                        && next.entrySet().stream()
                                .allMatch(each -> each.getValue().is(before.get(each.getKey())));
        if (!same) {
            keep(next);
            told = Map.copyOf(next);
        }
        heard |= said.whole();
    }

    private byte[] open(String id, Value value) {
        DataKey present = key;
        if (present == null || !keyId.equals(id)) {
            throw new IdentityException("secrets came under key '%s', not here".formatted(id));
        }
        byte[] sealed = Base64.getDecoder().decode(value.sealed());
        return present.open(sealed, Value.context(value.secret(), value.version()));
    }

    private void keep(Map<Name, Held> values) throws IOException {
        if (values.isEmpty()) {
            Files.deleteIfExists(keptFile);
            return;
        }
        var kept =
                new Kept(
                        values.entrySet().stream()
                                .map(
                                        each ->
                                                new Value(
                                                        each.getKey(),
                                                        each.getValue().version,
                                                        base64(each.getValue().value)))
                                .toList());
        byte[] json = Json.write(kept).getBytes(StandardCharsets.UTF_8);
        DurableFile.replace(keptFile, base64(recipient().own().seal(json, keptContext())) + "\n");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// The value as it is now.
    ///
    /// @param name one that a manifest may grant
    Optional<byte[]> read(FunctionName function, String name) {
        return files.read(function, name)
                .or(
                        () ->
                                Optional.ofNullable(told.get(new Name(function.tenant(), name)))
                                        .map(held -> held.value.clone()));
    }

    /// A secret that a version names and that isn't here, if there is one.
    public Optional<String> missing(FunctionName function, Version version) {
        return version.manifest().grants().secrets().stream()
                .filter(name -> read(function, name).isEmpty())
                .findFirst();
    }
}
