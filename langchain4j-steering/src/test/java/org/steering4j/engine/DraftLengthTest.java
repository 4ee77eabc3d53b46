package org.steering4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.steering4j.engine.PromptLookup.Draft;

class DraftLengthTest {

    private static Draft draft(double rate, int length) {
        return new Draft(new int[length], new AcceptanceRate(rate));
    }

    private static int best(int rows, double rate, int available) {
        return DraftLength.best(Collections.nCopies(rows, draft(rate, available)), 100);
    }

    @Test
    void should_draft_more_the_likelier_it_is_right() {
        assertThat(best(1, 0.1, 15)).isZero();
        assertThat(best(1, 0.5, 15)).isBetween(1, 5);
        assertThat(best(1, 0.9, 15)).isGreaterThan(best(1, 0.5, 15));
        assertThat(best(1, 0.99, 15)).isEqualTo(DraftLength.MOST);
    }

    @Test
    void should_draft_no_more_than_there_is_and_than_is_allowed() {
        assertThat(best(1, 0.99, 0)).isZero();
        assertThat(best(1, 0.99, 4)).isEqualTo(4);
        assertThat(DraftLength.best(List.of(draft(0.99, 15)), 3)).isEqualTo(3);
        assertThat(DraftLength.best(List.of(draft(0.99, 15)), 0)).isZero();
        assertThat(DraftLength.best(List.of(draft(0.99, 15)), -1)).isZero();
    }

    @Test
    void should_not_let_many_rows_pay_for_the_draft_of_one() {
        List<Draft> drafts = new ArrayList<>(Collections.nCopies(15, draft(0.5, 0)));
        drafts.add(draft(0.9, 15));
        assertThat(DraftLength.best(drafts, 100)).isZero();
    }

    @Test
    void should_draft_for_many_rows_that_all_quote() {
        assertThat(best(8, 0.95, 15)).isPositive();
        assertThat(8 * (1 + best(8, 0.99, 15))).isLessThanOrEqualTo(64);
        assertThat(best(64, 0.99, 15)).isZero();
        assertThat(best(100, 0.99, 15)).isZero();
    }

    @Test
    void should_stop_drafting_when_drafts_are_wrong_and_try_again_later() {
        AcceptanceRate rate = new AcceptanceRate(0.5);
        assertThat(best(rate)).isPositive();
        rate.record(3, 0);
        rate.fade();
        assertThat(best(rate)).isZero();
        int tokens = 0;
        while (best(rate) == 0) {
            rate.fade();
            tokens++;
        }
        assertThat(tokens).isBetween(20, 200);
    }

    @Test
    void should_draft_more_when_drafts_are_right() {
        AcceptanceRate rate = new AcceptanceRate(0.5);
        int first = best(rate);
        rate.record(first, first);
        int second = best(rate);
        assertThat(second).isGreaterThan(first);
        for (int i = 0; i < 5; i++) {
            rate.record(15, 15);
        }
        assertThat(best(rate)).isEqualTo(DraftLength.MOST);
    }

    private static int best(AcceptanceRate rate) {
        return DraftLength.best(List.of(new Draft(new int[15], rate)), 100);
    }
}
