package app.seventv.website;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The static server knows the platform's core, and no other part. */
class DependenciesTest {

  @Test
  void dependsOnCoreOnly() {
    noClasses()
        .that()
        .resideInAPackage("app.seventv.website..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "app.seventv.api..",
            "app.seventv.benchmarks..",
            "app.seventv.cdn..",
            "app.seventv.changestream..",
            "app.seventv.devstack..",
            "app.seventv.events..",
            "app.seventv.imageprocessor..",
            "app.seventv.searchindex..",
            "app.seventv.model..")
        .check(
            new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("app.seventv.website"));
  }
}
