package dev.cress.node.sync;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.Json;
import dev.cress.contract.Sha256;
import dev.cress.contract.SignedImage;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.Wanted;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Asks the control plane what it prepared of a module, and fetches that if a known key vouches for
/// it. Whatever is in the way, a control plane of the build before included, ends in there being
/// none, and the node builds its own. Blocks. Many threads may ask at once, one may fetch.
final class ControlImages {
    private static final Logger LOG = LoggerFactory.getLogger(ControlImages.class);

    /// Of what is said of an image.
    private static final int SAID_BYTES_MAX = 16 << 10;

    /// For one answer; the control plane holds those back that it will have in a moment.
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);

    /// Until the control plane has prepared it; after that the node builds its own.
    private static final Duration PREPARED_WITHIN = Duration.ofSeconds(60);

    /// Answers by a key that isn't known: the session may hear of it a moment later, in 3 s.
    private static final int UNKNOWN_KEY_MAX = 15;

    private static final Duration AGAIN_MIN = Duration.ofMillis(200);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(5);

    private static final int OK = 200;
    private static final int BUSY = 503;
    private static final int TOO_MANY = 429;

    private final Download.Where where;
    private final Credential credential;
    private final Download.Patience patience;
    private final ImageTrust trust;

    ControlImages(
            Download.Where where,
            Credential credential,
            Download.Patience patience,
            ImageTrust trust) {
        this.where = where;
        this.credential = credential;
        this.patience = patience;
        this.trust = trust;
    }

    /// What the control plane prepared, once it has, if that is believed.
    Optional<SignedImage> ask(Sha256 module, Wanted wanted) throws InterruptedException {
        try {
            return said(module, wanted).filter(said -> isBelieved(said, module, wanted));
        } catch (IOException e) {
            return none(module, e);
        }
    }

    private static <T> Optional<T> none(Sha256 module, IOException why) {
        LOG.warn("no image of module {} can be had: {}", module.shortHex(), why.toString());
        return Optional.empty();
    }

    /// The file of what is believed.
    ///
    /// @param folder what else is in it goes
    Optional<Path> fetch(SignedImage said, Wanted wanted, Path folder) throws InterruptedException {
        try {
            return Optional.of(download(said, wanted, folder));
        } catch (Download.Altered e) {
            refused(said.module(), String.valueOf(e.getMessage()));
            return Optional.empty();
        } catch (IOException e) {
            return none(said.module(), e);
        }
    }

    private Path download(SignedImage image, Wanted wanted, Path folder)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path into = folder.resolve(image.sha256().hex() + ".image");
        try (var others = Files.newDirectoryStream(folder)) {
            for (Path other : others) {
                if (!other.equals(into)) {
                    Files.delete(other);
                }
            }
        }
        String from = path(image.module(), "/" + image.sha256().hex(), wanted, "");
        new Download(where, credential, patience, from, image.sha256(), image.bytes(), into).run();
        return into;
    }

    private static String path(Sha256 module, String rest, Wanted wanted, String more) {
        return "/v1/modules/%s/image%s?abi=%s&snapshot=%s%s"
                .formatted(module.hex(), rest, wanted.abi(), wanted.snapshot(), more);
    }

    /// What the control plane says of it, once it says so by a key that is known.
    private Optional<SignedImage> said(Sha256 module, Wanted wanted)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + PREPARED_WITHIN.toNanos();
        int unknown = 0;
        while (true) {
            HttpResponse<String> answer = askOnce(module, wanted);
            Duration again;
            switch (answer.statusCode()) {
                case OK -> {
                    SignedImage said = read(answer.body());
                    if (trust.keys().knows(said.key()) || ++unknown > UNKNOWN_KEY_MAX) {
                        return Optional.of(said);
                    }
                    again = AGAIN_MIN;
                }
                case BUSY, TOO_MANY -> again = retryAfter(answer);
                default -> {
                    LOG.info(
                            "the control plane has no image of module {}: {}",
                            module.shortHex(),
                            answer.statusCode());
                    return Optional.empty();
                }
            }
            if (System.nanoTime() - end >= 0) {
                LOG.info("the image of module {} isn't prepared yet", module.shortHex());
                return Optional.empty();
            }
            Thread.sleep(again);
        }
    }

    private HttpResponse<String> askOnce(Sha256 module, Wanted wanted)
            throws IOException, InterruptedException {
        String build = URLEncoder.encode(WasmHost.imageBuild(), StandardCharsets.UTF_8);
        Download.At at = where.now();
        URI asked = at.control().resolve(path(module, "", wanted, "&build=" + build));
        var request = HttpRequest.newBuilder(asked).timeout(ANSWER_MAX);
        credential.header().ifPresent(header -> request.header("authorization", header));
        return at.client()
                .send(
                        request.build(),
                        BodyHandlers.limiting(BodyHandlers.ofString(), SAID_BYTES_MAX));
    }

    private static SignedImage read(String text) throws IOException {
        try {
            SignedImage said = Json.LENIENT.readValue(text, SignedImage.class);
            if (said == null) {
                throw new IOException("nothing is said of it");
            }
            return said;
        } catch (JsonProcessingException e) {
            throw new IOException("what is said of it can't be read: " + e.getMessage(), e);
        }
    }

    private static Duration retryAfter(HttpResponse<?> answer) {
        String said = answer.headers().firstValue("retry-after").orElse("");
        Duration asked =
                said.matches("[0-9]{1,4}") ? Duration.ofSeconds(Long.parseLong(said)) : AGAIN_MIN;
        Duration least = asked.compareTo(AGAIN_MIN) < 0 ? AGAIN_MIN : asked;
        return least.compareTo(AGAIN_MAX) < 0 ? least : AGAIN_MAX;
    }

    private boolean isBelieved(SignedImage said, Sha256 module, Wanted wanted) {
        boolean isAsked =
                said.build().equals(WasmHost.imageBuild())
                        && said.module().equals(module)
                        && said.abi().equals(wanted.abi())
                        && said.snapshot() == wanted.snapshot();
        if (!isAsked) {
            refused(module, "it is another's: " + said.statement().replace('\n', ' '));
        } else if (!trust.keys().vouchFor(said)) {
            refused(module, "no known key signed it");
        } else if (said.bytes() <= 0 || said.bytes() > SignedImage.BYTES_MAX) {
            refused(
                    module,
                    "it has %d bytes, at most %d".formatted(said.bytes(), SignedImage.BYTES_MAX));
        } else {
            return true;
        }
        return false;
    }

    /// Leaves an image aside, and says so.
    void refused(Sha256 module, String why) {
        trust.forged().run();
        LOG.error(
                "the image of module {} that the control plane has is not taken: {}",
                module.shortHex(),
                why);
    }
}
