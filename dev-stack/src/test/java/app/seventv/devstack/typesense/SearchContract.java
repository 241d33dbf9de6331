package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.typesense.api.exceptions.ObjectNotFound;
import org.typesense.api.exceptions.ObjectUnprocessable;
import org.typesense.api.exceptions.RequestMalformed;
import org.typesense.model.FacetCounts;
import org.typesense.model.FacetCountsCounts;
import org.typesense.model.MultiSearchCollectionParameters;
import org.typesense.model.MultiSearchResultItem;
import org.typesense.model.MultiSearchSearchesParameter;
import org.typesense.model.SearchParameters;
import org.typesense.model.SearchResult;

/** Matching, order, paging, facets, highlights and multi-search. */
abstract class SearchContract extends SearchServerContract {
  SearchContract(SearchServer server) {
    super(server);
  }

  private static SearchParameters byName(String query) {
    return new SearchParameters().q(query).queryBy("default_name");
  }

  private List<String> found(String collection, SearchParameters parameters) throws Exception {
    return ids(search(collection, parameters));
  }

  @Test
  void lastWordIsAPrefixUnlessSwitchedOff() throws Exception {
    String name = createSampleEmotes();

    assertThat(found(name, byName("pepe"))).containsExactlyInAnyOrder("1", "2");
    assertThat(found(name, byName("PEPEH"))).containsExactly("1");
    assertThat(found(name, byName("pepe").prefix("false").numTypos("0"))).isEmpty();
    assertThat(found(name, byName("unicode"))).containsExactly("5");
  }

  @Test
  void typosAreForgivenWhenNothingElseMatches() throws Exception {
    String name = createSampleEmotes();

    assertThat(found(name, byName("pepehapy"))).containsExactly("1");
    assertThat(found(name, byName("pepehapy").numTypos("0"))).isEmpty();
    assertThat(found(name, byName("caj"))).isEmpty(); // too short for typos
  }

  @Test
  void partsOfWordsMatchWithInfix() throws Exception {
    String name = createSampleEmotes();

    assertThat(found(name, byName("ehap").infix("always"))).contains("1");
    assertThat(found(name, byName("ehap").infix("fallback"))).contains("1");
    assertThat(found(name, byName("ehap"))).doesNotContain("1");
    assertThatThrownBy(() -> search(name, byName("a").queryBy("owner_id").infix("always")))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Could not find `owner_id` in the infix index");
  }

  @Test
  void wordsAreDroppedFromTheRightUntilSomethingMatches() throws Exception {
    String name = createSampleEmotes();

    assertThat(found(name, byName("happy cat"))).containsExactly("4");
    assertThat(found(name, byName("happy zzzzzz"))).contains("4");
    assertThat(found(name, byName("happy zzzzzz").dropTokensThreshold(0))).isEmpty();
  }

  @Test
  void phrasesAndExclusionsAreObeyed() throws Exception {
    String name = createSampleEmotes();

    assertThat(found(name, byName("\"happy cat\""))).containsExactly("4");
    assertThat(found(name, byName("\"cat happy\""))).isEmpty();
    assertThat(found(name, byName("cat -happy"))).containsExactly("3");
  }

  @Test
  void wholeMatchComesFirst() throws Exception {
    String name = createEmotes();
    client.collections(name).documents().create(emote("1", "PepeHappy", List.of(), 90));
    client.collections(name).documents().create(emote("2", "Pepe", List.of(), 1));
    client.collections(name).documents().create(emote("3", "other", List.of("pepe"), 99));

    List<String> ids =
        found(
            name,
            byName("pepe")
                .queryBy("default_name,tags")
                .queryByWeights("4,1")
                .exhaustiveSearch(true));

    assertThat(ids).hasSize(3).startsWith("2");
  }

  @Test
  void everythingIsFoundByTheStar() throws Exception {
    String name = createSampleEmotes();

    SearchResult result = search(name, new SearchParameters().q("*"));

    assertThat(result.getFound()).isEqualTo(5);
    assertThat(result.getOutOf()).isEqualTo(5);
    assertThat(ids(result)).containsExactly("5", "4", "3", "2", "1"); // default sorting field
  }

  @Test
  void hitsAreSortedByFieldsAndConditions() throws Exception {
    String name = createSampleEmotes();

    assertThat(found(name, byName("*").sortBy("flag_private:desc,score:asc")))
        .containsExactly("3", "5", "1", "2", "4");
    assertThat(found(name, byName("*").sortBy("_eval(tags:=cat):desc,score:desc")))
        .containsExactly("4", "3", "5", "2", "1");
    assertThat(
            found(
                name,
                byName("*")
                    .sortBy(
                        "_eval([ (tags:=cat && score:<40):3, (tags:=pepe):2 ]):desc,score:asc")))
        .containsExactly("3", "1", "2", "4", "5");
  }

  @Test
  void documentsWithoutTheSortedValueComeLast() throws Exception {
    String name = createSampleEmotes();
    client.collections(name).documents("2").update(Map.of("merged_at", 5));
    client.collections(name).documents("4").update(Map.of("merged_at", 9));

    assertThat(found(name, byName("*").sortBy("merged_at:asc,score:asc")))
        .containsExactly("2", "4", "1", "3", "5");
    assertThat(found(name, byName("*").sortBy("merged_at:desc,score:asc")))
        .containsExactly("4", "2", "1", "3", "5");
  }

  @Test
  void textMatchInBucketsLetsTheNextCriterionDecide() throws Exception {
    String name = createEmotes();
    for (int i = 1; i <= 20; i++) {
      String emoteName = i == 1 ? "pepe" : "pepe" + i;
      client.collections(name).documents().create(emote("" + i, emoteName, List.of(), i));
    }

    List<String> exact = found(name, byName("pepe").sortBy("_text_match:desc,score:desc"));
    List<String> buckets =
        found(name, byName("pepe").sortBy("_text_match(buckets: 1):desc,score:desc").perPage(20));

    List<String> asForUsers =
        found(
            name,
            byName("pepe")
                .sortBy("_text_match(buckets: 3):desc, score:desc, _text_match(buckets: 10):desc")
                .perPage(20));

    assertThat(exact).startsWith("1");
    // Blocks of 6: the whole match and the five best, then twice six, then the rest.
    assertThat(asForUsers).hasSize(20).startsWith("20", "19").endsWith("3", "2");
    assertThat(asForUsers.subList(0, 6)).contains("1");
    assertThat(buckets).hasSize(20).startsWith("20", "19").endsWith("2", "1");
  }

  @Test
  void badSortsAreRefused() throws Exception {
    String name = createSampleEmotes();

    assertThatThrownBy(() -> search(name, byName("*").sortBy("default_name:asc")))
        .isInstanceOf(ObjectNotFound.class)
        .hasMessageContaining(
            "Could not find a field named `default_name` in the schema for sorting.");
    assertThatThrownBy(() -> search(name, byName("*").sortBy("score:upwards")))
        .isInstanceOf(RequestMalformed.class);
    assertThatThrownBy(
            () -> search(name, byName("*").sortBy("score:asc,merged_at:asc,id:asc,score:desc")))
        .isInstanceOf(ObjectUnprocessable.class);
  }

  @Test
  void pagesDivideTheHits() throws Exception {
    String name = createSampleEmotes();

    SearchResult second = search(name, byName("*").sortBy("score:asc").page(2).perPage(2));

    assertThat(ids(second)).containsExactly("3", "4");
    assertThat(second.getPage()).isEqualTo(2);
    assertThat(second.getFound()).isEqualTo(5);
    assertThat(second.getRequestParams().getPerPage()).isEqualTo(2);
    assertThat(found(name, byName("*").sortBy("score:asc").offset(3).limit(5)))
        .containsExactly("4", "5");
    assertThat(found(name, byName("*").page(9))).isEmpty();
    assertThatThrownBy(() -> search(name, byName("*").perPage(251)))
        .isInstanceOf(ObjectUnprocessable.class)
        .hasMessageContaining("Only upto 250 hits can be fetched per page.");
  }

  @Test
  void facetsCountAllHits() throws Exception {
    String name = createSampleEmotes();

    SearchResult result = search(name, byName("*").facetBy("tags,flag_private,score").perPage(1));

    FacetCounts tags = result.getFacetCounts().get(0);
    assertThat(tags.getFieldName()).isEqualTo("tags");
    assertThat(counts(tags)).containsEntry("pepe", 2).containsEntry("frog", 2).hasSize(4);
    assertThat(counts(result.getFacetCounts().get(1)))
        .containsExactlyInAnyOrderEntriesOf(Map.of("true", 2, "false", 3));
    assertThat(result.getFacetCounts().get(2).getStats().getMax()).isEqualTo(51);
    SearchResult some =
        search(name, byName("*").facetBy("tags").facetQuery("tags:fa").maxFacetValues(1));
    assertThat(some.getFacetCounts().get(0).getCounts())
        .singleElement()
        .satisfies(count -> {
          assertThat(count.getValue()).isEqualTo("sad face");
          assertThat(count.getHighlighted()).isEqualTo("sad <mark>fa</mark>ce");
        });
    assertThatThrownBy(() -> search(name, byName("*").facetBy("owner_id")))
        .isInstanceOf(ObjectNotFound.class)
        .hasMessageContaining("Could not find a facet field named `owner_id` in the schema.");
  }

  private static Map<String, Integer> counts(FacetCounts facet) {
    return facet.getCounts().stream()
        .collect(Collectors.toMap(FacetCountsCounts::getValue, FacetCountsCounts::getCount));
  }

  @Test
  void hitsTellWhatMatched() throws Exception {
    String name = createSampleEmotes();

    SearchResult result =
        search(name, byName("pepe").queryBy("default_name,tags").includeFields("id,tags"));

    var hit =
        result.getHits().stream()
            .filter(candidate -> "1".equals(candidate.getDocument().get("id")))
            .findFirst()
            .orElseThrow();
    assertThat(hit.getDocument()).containsOnlyKeys("id", "tags");
    assertThat(hit.getTextMatch()).isPositive();
    assertThat(hit.getHighlight().get("default_name"))
        .isEqualTo(Map.of("matched_tokens", List.of("Pepe"), "snippet", "<mark>Pepe</mark>Happy"));
    assertThat(search(name, byName("pepe").highlightFields("none")).getHits())
        .allMatch(other -> other.getHighlight().isEmpty());
  }

  @Test
  void badSearchesAreRefused() throws Exception {
    String name = createSampleEmotes();

    assertThatThrownBy(() -> search(name, new SearchParameters().q("pepe").queryBy("nothing")))
        .isInstanceOf(ObjectNotFound.class)
        .hasMessageContaining("Could not find a field named `nothing` in the schema.");
    assertThatThrownBy(() -> search(name, new SearchParameters().q("pepe").queryBy("score")))
        .isInstanceOf(RequestMalformed.class);
    assertThatThrownBy(() -> search(uniqueName("missing"), byName("pepe")))
        .isInstanceOf(ObjectNotFound.class);
  }

  @Test
  void multiSearchAnswersEachSearch() throws Exception {
    String name = createSampleEmotes();
    MultiSearchSearchesParameter searches =
        new MultiSearchSearchesParameter()
            .addSearchesItem(item(name, "pepe"))
            .addSearchesItem(item(uniqueName("missing"), "pepe"))
            .addSearchesItem(item(name, "cat"));

    List<MultiSearchResultItem> results =
        client.multiSearch.perform(searches, Map.of("per_page", "1")).getResults();

    assertThat(results).hasSize(3);
    assertThat(results.get(0).getFound()).isEqualTo(2);
    assertThat(results.get(0).getHits()).hasSize(1);
    assertThat(results.get(0).getRequestParams().getCollectionName()).isEqualTo(name);
    assertThat(results.get(1).getCode()).isEqualTo(404);
    assertThat(results.get(1).getError()).isNotEmpty();
    assertThat(results.get(2).getFound()).isEqualTo(2);
  }

  private static MultiSearchCollectionParameters item(String collection, String query) {
    MultiSearchCollectionParameters item = new MultiSearchCollectionParameters();
    item.setQ(query);
    item.setQueryBy("default_name");
    return item.collection(collection);
  }
}
