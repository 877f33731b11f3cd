package io.sluice.e2e.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;

/** Results as a picture: how many times the floor, medians as bars, a group for each scenario. */
final class Plot {

    private static final int WIDTH = 840;
    private static final int HEIGHT = 460;
    private static final double BARS_FILL = 0.8;

    private Plot() {}

    /** As a PNG file, which is replaced. */
    static void draw(Results results, Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        BitmapEncoder.saveBitmap(
                List.of(
                        chart(results, "Processor time for a GB of media", Figures::cpuSecondsPerGb),
                        chart(results, "Message to standard input, p99", figures -> figures.p99Micros())),
                1,
                2,
                file.toString(),
                BitmapEncoder.BitmapFormat.PNG);
    }

    private static CategoryChart chart(Results results, String title, ToDoubleFunction<Figures> figure) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle("times the floor")
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setAvailableSpaceFill(BARS_FILL);
        List<String> scenarios = results.scenarios().stream()
                .filter(scenario -> ratio(results, scenario, Contender.FLOOR, figure) > 0)
                .toList();
        for (Contender contender : Contender.values()) {
            chart.addSeries(
                    contender.name().toLowerCase(Locale.ROOT),
                    scenarios,
                    scenarios.stream()
                            .map(scenario -> ratio(results, scenario, contender, figure))
                            .toList());
        }
        return chart;
    }

    /** NaN where nothing was sent. */
    private static double ratio(
            Results results, String scenario, Contender contender, ToDoubleFunction<Figures> figure) {
        return Results.median(results.ratios(scenario, contender, figure));
    }
}
