"""Settings of the embedded server: passed at every start, so a newer program brings newer ones."""

from __future__ import annotations

USER = "recurate"
DATABASE = "postgres"
PORT = 5432  # only a part of the socket's name

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "cluster_name": "recurate",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    # a laptop-sized server: workers, the review app and the shell fit in 60 connections
    "max_connections": "60",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    # nobody replicates it: less WAL for bulk loads
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    # parallel queries need /dev/shm, which containers limit to 64 MB; statements here are short
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "io_method": "sync",
    # the query of a client that was killed ends too, and with it the locks it holds
    "client_connection_check_interval": "5s",
}
