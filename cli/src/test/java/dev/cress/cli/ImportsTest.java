package dev.cress.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

/// Who imports whom.
class ImportsTest {
    private static final JavaClasses OURS =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.cress");

    @Test
    void theProgramsSpeakOverTheWireAndNeverImportEachOther() {
        String[] programs = {
            "dev.cress.router..", "dev.cress.relay..", "dev.cress.node..", "dev.cress.control.."
        };
        for (String program : programs) {
            for (String other : programs) {
                if (!program.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage(program)
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(other)
                            .check(OURS);
                }
            }
        }
    }

    @Test
    void contractAndWasmHostImportNothingOfOurs() {
        for (String leaf : new String[] {"dev.cress.contract", "dev.cress.wasm"}) {
            noClasses()
                    .that()
                    .resideInAPackage(leaf + "..")
                    .should()
                    .dependOnClassesThat(
                            DescribedPredicate.describe(
                                    "are ours and elsewhere",
                                    c ->
                                            c.getPackageName().startsWith("dev.cress")
                                                    && !c.getPackageName().startsWith(leaf)))
                    .check(OURS);
        }
    }

    @Test
    void identityImportsTheContractOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.cress.identity..")
                .should()
                .dependOnClassesThat(
                        DescribedPredicate.describe(
                                "are ours and neither of the two",
                                c ->
                                        c.getPackageName().startsWith("dev.cress")
                                                && !c.getPackageName()
                                                        .startsWith("dev.cress.identity")
                                                && !c.getPackageName()
                                                        .startsWith("dev.cress.contract")))
                .check(OURS);
    }

    @Test
    void onlyWasmHostKnowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.cress.wasm..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("run.endive..")
                .check(OURS);
    }

    @Test
    void othersSeeOnlyThePublicFaceOfWasmHost() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.cress.wasm..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.cress.wasm.scan..",
                        "dev.cress.wasm.isolate..",
                        "dev.cress.wasm.wasi..",
                        "dev.cress.wasm.cgi..",
                        "dev.cress.wasm.httpwasm..")
                .check(OURS);
    }

    @Test
    void noPackagesImportEachOtherInACircle() {
        slices().matching("dev.cress.(**)").should().beFreeOfCycles().check(OURS);
    }
}
