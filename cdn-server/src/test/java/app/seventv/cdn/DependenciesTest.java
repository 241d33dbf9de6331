package app.seventv.cdn;

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
        .resideInAPackage("app.seventv.cdn..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.api..",
            "app.seventv.benchmarks..",
            "app.seventv.changestream..",
            "app.seventv.devstack..",
            "app.seventv.events..",
            "app.seventv.imageprocessor..",
            "app.seventv.searchindex..",
            "app.seventv.website..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("app.seventv.cdn"));
  }
}
