"""The same run on many hosts, over Dask: what runs here, what in Dask's workers, and what in a child of theirs.

Dask finds the hosts and carries messages; it times nothing. In a worker of Dask, ``agent.py`` starts ``child.py`` as a
process of its own, which runs a ``Runner`` as the command ``run`` does. Here, ``hosts_runner.py`` follows all of them.
Here, ``link.py`` alone imports Dask, and is imported where a cluster is asked for.
"""
