"""How very many vectors are compared: what ``index.join`` is made of.

``input`` reads and names the corpus; ``projection``, ``products`` and ``kernels`` multiply; ``cells`` finds
who has to be compared with whom and ``blocks`` compares them, ``cell_by_cell`` for all of it; ``recall`` and
``reach`` tell how much was found, ``measured`` goes on until it is enough, ``scratch`` keeps what is done.
"""
