package org.steering4j.samples.springboot;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the application. */
@SpringBootApplication
public class SpringBootSample {

    public static void main(String[] arguments) {
        SpringApplication.run(SpringBootSample.class, arguments);
    }
}
