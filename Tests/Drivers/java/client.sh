# shellcheck shell=bash disable=SC2034,SC2154
title="Java MariaDB Connector/J"
packages=(default-jdk-headless libmariadb-java)
jar=/usr/share/java/mariadb-java-client.jar
build() { javac -encoding UTF-8 -d "$build" Checks.java; }
run() { exec java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -cp "$build:$jar" Checks; }
version() { dpkg-query -W -f '${Version}\n' libmariadb-java; }
