package dev.cress.node.capability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.contract.ControlFrame.Secrets;
import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.ControlFrame.SecretsKey;
import dev.cress.contract.FunctionName;
import dev.cress.contract.TenantName;
import dev.cress.identity.DataKey;
import dev.cress.identity.IdentityException;
import dev.cress.identity.Recipient;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Secrets as a node is told them, and as it keeps them.
class NodeSecretsTest {
    private static final FunctionName SHOP = new FunctionName("shop");
    private static final Name API_KEY = new Name(TenantName.DEFAULT, "API_KEY");

    @TempDir private Path folder;

    private final DataKey key = DataKey.fresh();
    private Path data;
    private NodeSecrets secrets;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectories(folder.resolve("data"));
        secrets = secrets();
    }

    private NodeSecrets secrets() {
        return new NodeSecrets(Optional.of(folder.resolve("files")), data, "fra-1");
    }

    private void giveKey(String node) throws IOException {
        byte[] sealed =
                Recipient.seal(
                        secrets.publicKey(), key.bytes(), SecretsKey.context(key.id(), node));
        secrets.take(new SecretsKey(key.id(), Base64.getEncoder().encodeToString(sealed)));
    }

    private Value value(Name as, int version, String text) {
        byte[] sealed = key.seal(text.getBytes(UTF_8), Value.context(as, version));
        return new Value(as, version, Base64.getEncoder().encodeToString(sealed));
    }

    private void tell(boolean whole, Value... values) throws IOException {
        secrets.take(new Secrets(whole, key.id(), List.of(values), List.of()));
    }

    private static String read(NodeSecrets from) {
        return from.read(SHOP, "API_KEY").map(value -> new String(value, UTF_8)).orElse("none");
    }

    @Test
    void theNextRequestHasTheNextValue() throws IOException {
        giveKey("fra-1");
        tell(true, value(API_KEY, 1, "one"));
        assertThat(read(secrets)).isEqualTo("one");
        tell(false, value(API_KEY, 2, "two"));
        assertThat(read(secrets)).isEqualTo("two");
        assertThat(secrets.read(new FunctionName("shop.acme"), "API_KEY")).isEmpty();
        secrets.take(new Secrets(false, key.id(), List.of(), List.of(API_KEY)));
        assertThat(read(secrets)).isEqualTo("none");
    }

    @Test
    void itIsThereAfterARestartAndNowhereInPlain() throws IOException {
        giveKey("fra-1");
        tell(true, value(API_KEY, 1, "6f1d0b7c9a"));
        var again = secrets();
        again.load();
        assertThat(read(again)).isEqualTo("6f1d0b7c9a");
        try (var files = Files.list(data)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).doesNotContain("6f1d0b7c9a");
                assertThat(Files.getPosixFilePermissions(file))
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    @Test
    void aFileOfTheOperatorsComesFirst() throws IOException {
        giveKey("fra-1");
        tell(true, value(API_KEY, 1, "told"));
        Path shop = Files.createDirectories(folder.resolve("files/shop"));
        Files.writeString(shop.resolve("API_KEY"), "here\n");
        assertThat(read(secrets)).isEqualTo("here");
    }

    @Test
    void whatIsWholeTakesTheRestAway() throws IOException {
        giveKey("fra-1");
        tell(true, value(API_KEY, 1, "told"));
        assertThat(secrets.isHeard()).isTrue();
        secrets.unheard();
        assertThat(secrets.isHeard()).isFalse();
        secrets.take(new Secrets(true, "", List.of(), List.of()));
        assertThat(read(secrets)).isEqualTo("none");
        assertThat(data.resolve("secrets.sealed")).doesNotExist();
    }

    @Test
    void whatIsSealedToAnotherOrAsAnotherOpensNowhere() throws IOException {
        assertThatThrownBy(() -> giveKey("iad-1")).isInstanceOf(IdentityException.class);
        assertThatThrownBy(() -> tell(true, value(API_KEY, 1, "early")))
                .isInstanceOf(IdentityException.class);
        giveKey("fra-1");
        var asAnother = new Value(API_KEY, 2, value(API_KEY, 1, "one").sealed());
        assertThatThrownBy(() -> tell(true, asAnother)).isInstanceOf(IdentityException.class);
        assertThat(read(secrets)).isEqualTo("none");
    }

    @Test
    void whatCanNotBeReadIsToldAgain() throws IOException {
        secrets.publicKey();
        Files.writeString(data.resolve("secrets.sealed"), "bm90aGluZw==\n");
        secrets.load();
        assertThat(read(secrets)).isEqualTo("none");
        giveKey("fra-1");
        tell(true, value(API_KEY, 1, "again"));
        assertThat(read(secrets)).isEqualTo("again");
    }
}
