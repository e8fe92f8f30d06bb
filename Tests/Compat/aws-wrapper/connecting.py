"""A connection by the AWS Advanced Python wrapper, as its documentation makes one."""

import os

import mysql.connector
from aws_advanced_python_wrapper import AwsWrapperConnection


def connect(host, port, plugins, options):
    return AwsWrapperConnection.connect(
        mysql.connector.Connect,
        host=host,
        port=int(port),
        user="app",
        password=os.environ["APP_PASSWORD"],
        database="app",
        plugins=plugins,
        # Shared by all connections of a process, so that two clusters must not have the same.
        cluster_id=f"pilotfish-{os.getpid()}",
        cluster_instance_host_pattern=f"?:{port}",
        autocommit=True,
        use_pure=True,
        connection_timeout=5,
        **options,
    )
