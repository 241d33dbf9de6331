package app.seventv.devstack;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The development stack reaches services as processes, never as classes. */
class DependenciesTest {

  @Test
  void knowsNoServiceClass() {
    noClasses()
        .that()
        .resideInAPackage("app.seventv.devstack..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.api..",
            "app.seventv.benchmarks..",
            "app.seventv.cdn..",
            "app.seventv.changestream..",
            "app.seventv.events..",
            "app.seventv.imageprocessor..",
            "app.seventv.searchindex..",
            "app.seventv.website..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("app.seventv.devstack"));
  }
}
