package dev.cress.control.store;

import static dev.cress.control.store.OpenStore.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.Api.Applied;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.Warmup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// Several functions in one plan, on each engine.
@ParameterizedClass
@EnumSource(Engine.class)
class ApplyTest {
    private static final Route SHOP = new Route("shop.example.com", "/*");
    private static final Actor ACTOR = new Actor("t", "ci", "", "POST /v1/apply", "", "r", "a");

    @TempDir Path folder = Path.of("");

    @Parameter Engine engine = Engine.SQLITE;

    private OpenStore open;
    private Releasing releasing;
    private Sha256 one;
    private Sha256 two;

    @BeforeEach
    void open() {
        open = new OpenStore(engine.fresh(folder)).follow();
        releasing = new Releasing(open.store, InstantSource.system());
        one = open.module(folder, 1);
        two = open.module(folder, 2);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private static Releasing.Wanted wanted(String name, Sha256 module, Route... routes) {
        var manifest =
                new Manifest("auto", List.of(routes), Limits.DEFAULT, Map.of(), Warmup.DEFAULT);
        return new Releasing.Wanted(new FunctionName(name), module, manifest, null);
    }

    private Applied apply(Releasing.Wanted... wanted) {
        return await(releasing.apply(new Terms(null, null, ACTOR), List.of(wanted)));
    }

    @Test
    void allOfAPlanIsOneRevision() {
        open.released("api", one);
        Applied applied = apply(wanted("api", two), wanted("shop", one), wanted("web", two));
        assertThat(applied.functions())
                .extracting(made -> made.version().number())
                .containsExactly(2, 1, 1);
        assertThat(open.numbersHeard()).containsExactly(1L, 2L);
        assertThat(((Revision) open.heard.getLast()).change().changed())
                .extracting(state -> state.name().value())
                .containsExactly("api", "shop", "web");
        assertThat(open.store.load().functions()).hasSize(3);
        assertThat(await(open.store.audit().list(null, Long.MAX_VALUE, 10)))
                .extracting(entry -> entry.thing() + " " + entry.revision())
                .containsExactly("web 2", "shop 2", "api 2");
    }

    @Test
    void whatDoesNotChangeIsInNoRevision() {
        apply(wanted("api", one), wanted("shop", one));
        Applied again = apply(wanted("api", one), wanted("shop", one));
        assertThat(again.functions()).allMatch(made -> made.unchanged());
        Applied half = apply(wanted("api", one), wanted("shop", two));
        assertThat(half.functions().getFirst().unchanged()).isTrue();
        assertThat(open.numbersHeard()).containsExactly(1L, 2L);
        assertThat(((Revision) open.heard.getLast()).change().changed()).hasSize(1);
    }

    @Test
    void oneRefusedRouteRefusesAllAndIsNamed() {
        open.released("holder", one, SHOP);
        assertThatThrownBy(() -> apply(wanted("api", one), wanted("thief", two, SHOP)))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("shop.example.com/*")
                .hasMessageContaining("thief")
                .hasMessageContaining("holder");
        assertThat(await(open.store.functions(null))).hasSize(1);
        assertThat(open.numbersHeard()).containsExactly(1L);
        assertThat(await(open.store.audit().list(null, Long.MAX_VALUE, 10))).isEmpty();
    }

    @Test
    void aRouteMayGoFromOneFunctionOfAPlanToAnother() {
        apply(wanted("a", one, SHOP), wanted("b", one));
        apply(wanted("a", one), wanted("b", one, SHOP));
        apply(wanted("a", one, SHOP), wanted("b", one));
        assertThat(open.numbersHeard()).containsExactly(1L, 2L, 3L);
    }
}
