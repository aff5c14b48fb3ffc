"""How very many vectors are compared: what ``index.join`` is made of.

``input`` reads and names the corpus; ``projection``, ``products`` and ``kernels`` multiply; ``cells`` finds
who has to be compared with whom, ``blocks`` proposes pairs, ``cell_by_cell`` all of them, and ``deciding``
says which lie in the band; ``recall`` and ``reach`` tell how much was found, ``measured`` goes on until it is
enough, ``scratch`` keeps what is done.
"""
