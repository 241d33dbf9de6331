package app.seventv.imageprocessor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The service knows the platform's core and model, and no other part. */
class DependenciesTest {

  @Test
  void dependsOnCoreAndModelOnly() {
    noClasses()
        .that()
        .resideInAPackage("app.seventv.imageprocessor..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.api..",
            "app.seventv.benchmarks..",
            "app.seventv.cdn..",
            "app.seventv.changestream..",
            "app.seventv.devstack..",
            "app.seventv.events..",
            "app.seventv.searchindex..",
            "app.seventv.website..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("app.seventv.imageprocessor"));
  }
}
